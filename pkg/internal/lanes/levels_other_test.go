//go:build !amd64 || noasm

package lanes

func onLevels(f func(name string)) { f("plain") }
