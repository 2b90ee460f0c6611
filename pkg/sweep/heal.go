package sweep

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"

	"github.com/gofrs/flock"
)

const (
	// maxFiles is how many files of results a store may have before the next driver makes one of
	// them.
	maxFiles = 64
	// maxAside is how many damaged files are kept for someone to look at.
	maxAside = 20
	asideDir = "aside"
)

// inspect returns the files of results and what is wrong with each that is damaged or foreign.
func (s *Store) inspect() (paths []string, wrong map[string]string, err error) {
	if paths, err = s.files(); err != nil {
		return nil, nil, err
	}
	wrong = map[string]string{}
	for _, path := range paths {
		_, what, err := s.format.read(path, 0, func(*record) error { return nil })
		if err != nil {
			return nil, nil, err
		}
		if what != "" {
			wrong[path] = what
		}
	}
	return paths, wrong, nil
}

// tidy is inspect and heal.
func (s *Store) tidy() error {
	paths, wrong, err := s.inspect()
	if err != nil {
		return err
	}
	return s.heal(paths, wrong)
}

// heal puts a store in order when nobody writes: if a file is damaged or foreign, or there are too
// many, all sound records go to one new file, whole or not at all, and what was damaged is set
// aside.
func (s *Store) heal(paths []string, wrong map[string]string) error {
	if len(wrong) == 0 && len(paths) <= maxFiles {
		return nil
	}
	writers := flock.New(filepath.Join(s.dir, writersLock+".lock"))
	if alone, err := writers.TryLock(); err != nil || !alone {
		return nil // a record that is being written looks torn: leave it to the next driver
	}
	defer writers.Close()
	if err := cmp.Or(s.sweepUp(), s.fold(paths)); err != nil {
		return fmt.Errorf("sweep: store %s: putting it in order: %w: what is stored stays", s.dir, err)
	}
	var err error
	for _, path := range paths {
		if what := wrong[path]; what != "" {
			s.say("%s %s: set aside; its sound records are kept, what it lacks is computed anew", filepath.Base(path), what)
			err = errors.Join(err, s.setAside(path))
		} else {
			err = errors.Join(err, os.Remove(path))
		}
	}
	if err != nil {
		return fmt.Errorf("sweep: store %s: putting it in order: %w", s.dir, err)
	}
	return nil
}

// folding is how a file begins that a killed driver left unfinished.
const folding = "folding-"

// sweepUp removes such files.
func (s *Store) sweepUp() error {
	paths, err := filepath.Glob(filepath.Join(s.dir, folding+"*"))
	for _, path := range paths {
		if filepath.Ext(path) != suffix {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}

// fold writes the sound records of files to one new file, unless there are none.
func (s *Store) fold(paths []string) (err error) {
	pending, err := os.CreateTemp(s.dir, folding+"*")
	if err != nil {
		return err
	}
	kept, err := s.gather(pending, paths)
	if err = errors.Join(err, pending.Close()); err != nil || kept == 0 {
		return errors.Join(err, os.Remove(pending.Name()))
	}
	return os.Rename(pending.Name(), pending.Name()+suffix)
}

// gather writes the sound records of files, equal ones of a shard once, to the disk.
func (s *Store) gather(file *os.File, paths []string) (kept int, err error) {
	out := bufio.NewWriter(file)
	if _, err := out.Write(s.format.header()); err != nil {
		return 0, err
	}
	var buf []byte
	seen := map[[2]uint32]bool{} // shard and checksum of its values
	for _, path := range paths {
		_, _, err := s.format.read(path, 0, func(r *record) error {
			buf = s.format.encode(buf[:0], *r)
			id := [2]uint32{uint32(r.shard), crc32.Checksum(buf[12:len(buf)-4], castagnoli)}
			if seen[id] {
				return nil
			}
			seen[id] = true
			kept++
			_, err := out.Write(buf)
			return err
		})
		if err != nil {
			return kept, err
		}
	}
	return kept, cmp.Or(out.Flush(), file.Chmod(0o644), file.Sync())
}

// setAside moves a file out of the way, and forgets the oldest of those that were.
func (s *Store) setAside(path string) error {
	dir := filepath.Join(s.dir, asideDir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.Rename(path, filepath.Join(dir, filepath.Base(path))); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) <= maxAside {
		return err
	}
	age := func(e os.DirEntry) int64 {
		info, err := e.Info()
		if err != nil {
			return 0
		}
		return info.ModTime().UnixNano()
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return cmp.Compare(age(a), age(b)) })
	for _, e := range entries[:len(entries)-maxAside] {
		err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
	}
	return err
}
