package sweep

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// writer appends records to a file of its own, which it makes at the first. A record that could not
// be written whole is taken back, and nothing is written after it.
type writer struct {
	format
	dir string

	mu     sync.Mutex
	file   *os.File
	buf    []byte
	size   int64 // of what is written whole
	synced time.Time
	err    error // the first
}

// syncEvery is how much work a power cut may cost. The death of a process costs nothing of what was
// written, as the system keeps it.
const syncEvery = time.Second

func (w *writer) append(r record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = w.write(r)
	}
	return w.err
}

func (w *writer) write(r record) error {
	if w.file == nil {
		if err := w.create(); err != nil {
			return w.failed(r.shard, err)
		}
	}
	w.buf = w.encode(w.buf[:0], r)
	if _, err := w.file.Write(w.buf); err != nil {
		return w.failed(r.shard, errors.Join(err, w.file.Truncate(w.size)))
	}
	w.size += int64(len(w.buf))
	if time.Since(w.synced) > syncEvery {
		w.synced = time.Now()
		if err := w.file.Sync(); err != nil {
			return w.failed(r.shard, err)
		}
	}
	return nil
}

// create makes the file. Its name tells where it comes from; chance keeps it apart from others.
func (w *writer) create() error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	name := fmt.Sprintf("%s-%d-%s%s", host, os.Getpid(), rand.Text()[:8], suffix)
	file, err := os.OpenFile(filepath.Join(w.dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	head := w.header()
	if _, err := file.Write(head); err != nil {
		return errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	w.file, w.size, w.synced = file, int64(len(head)), time.Now()
	return nil
}

func (w *writer) failed(shard int, err error) error {
	return fmt.Errorf("sweep: store %s: writing shard %d: %w: what is stored stays; make room or give access, and run again", w.dir, shard, err)
}

// close ends the file, if there is one.
func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file == nil {
		return nil
	}
	err := errors.Join(w.file.Sync(), w.file.Close())
	if w.file = nil; err != nil && w.err == nil {
		w.err = fmt.Errorf("sweep: store %s: %w", w.dir, err)
		return w.err
	}
	return nil
}
