package launcher

import (
	"errors"
	"flag"
	"fmt"
	"io"
)

// Flags parses flags, which may stand anywhere among the words that it returns. Asked for help it
// writes usage and flags to out and returns flag.ErrHelp; the error of a wrong flag names the
// command that lists them.
func Flags(flags *flag.FlagSet, args []string, out io.Writer, usage, help string) (words []string, err error) {
	flags.SetOutput(io.Discard)
	for len(args) > 0 {
		err := flags.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(out, usage)
			flags.SetOutput(out)
			flags.PrintDefaults()
			return nil, err
		}
		if err != nil {
			return nil, fmt.Errorf("%w: `%s` lists the flags", err, help)
		}
		if args = flags.Args(); len(args) > 0 {
			words, args = append(words, args[0]), args[1:]
		}
	}
	return words, nil
}
