package sweep

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"time"
)

// A file of results is a header and records of equal length, all numbers little-endian:
//
//	header  magic, key of the store (32 bytes), length of a record (4), CRC32C of these
//	record  shard (4), nanoseconds (8), one float64 a column, CRC32C of the key and these
//
// With a length known beforehand a damaged record hides no other one, and with the key in its
// checksum no record of another store passes.
const (
	magic      = "sgdsweep"
	headerSize = len(magic) + 32 + 4 + 4
	suffix     = ".shards"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errDamaged says that bytes are not as they were written.
var errDamaged = errors.New("damaged")

// record is what is kept of a shard.
type record struct {
	shard  int
	took   time.Duration
	values []float64
}

// format writes and reads records of one store.
type format struct {
	key     [32]byte
	seed    uint32 // CRC of the key
	columns int
	shards  int
}

func newFormat(m manifest) (f format, err error) {
	key, err := hex.DecodeString(m.Key)
	if err != nil || len(key) != len(f.key) {
		return f, fmt.Errorf("sweep: key %q, want 64 hexadecimal digits", m.Key)
	}
	copy(f.key[:], key)
	f.seed = crc32.Checksum(key, castagnoli)
	f.columns, f.shards = len(m.Columns), m.Spec.length()
	return f, nil
}

// size is the length of a record.
func (f format) size() int { return 4 + 8 + 8*f.columns + 4 }

// header is the beginning of every file.
func (f format) header() []byte {
	b := append([]byte(magic), f.key[:]...)
	b = binary.LittleEndian.AppendUint32(b, uint32(f.size()))
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// encode appends a record.
func (f format) encode(b []byte, r record) []byte {
	start := len(b)
	b = binary.LittleEndian.AppendUint32(b, uint32(r.shard))
	b = binary.LittleEndian.AppendUint64(b, uint64(r.took))
	for _, v := range r.values {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Update(f.seed, castagnoli, b[start:]))
}

// decode reads a record into r; it reports false for one that is damaged or out of bounds.
func (f format) decode(r *record, b []byte) bool {
	end := len(b) - 4
	if crc32.Update(f.seed, castagnoli, b[:end]) != binary.LittleEndian.Uint32(b[end:]) {
		return false
	}
	r.shard = int(binary.LittleEndian.Uint32(b))
	r.took = time.Duration(binary.LittleEndian.Uint64(b[4:]))
	r.values = r.values[:0]
	for k := 12; k < end; k += 8 {
		r.values = append(r.values, math.Float64frombits(binary.LittleEndian.Uint64(b[k:])))
	}
	return r.shard >= 0 && r.shard < f.shards
}

// read calls visit with each sound record of a file from an offset on, 0 for the beginning, and
// returns the offset behind the last whole record and what is wrong with the file, "" if nothing.
// The record is overwritten by the next.
func (f format) read(path string, offset int64, visit func(*record) error) (end int64, wrong string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return offset, "", fmt.Errorf("sweep: %w", err)
	}
	defer file.Close()
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return offset, "", fmt.Errorf("sweep: %w", err)
	}
	in := bufio.NewReaderSize(file, 1<<16)
	if offset == 0 {
		head := make([]byte, headerSize)
		n, err := io.ReadFull(in, head)
		switch {
		case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			return 0, "", fmt.Errorf("sweep: %w", err)
		case n < headerSize:
			return 0, "ends in its header", nil
		case string(head) != string(f.header()):
			return 0, "is of another sweep, or its header is damaged", nil
		}
		offset = int64(headerSize)
	}
	b, r, bad := make([]byte, f.size()), record{}, 0
	for {
		n, err := io.ReadFull(in, b)
		switch {
		case errors.Is(err, io.EOF):
			return offset, damaged(bad), nil
		case errors.Is(err, io.ErrUnexpectedEOF):
			return offset, fmt.Sprintf("ends in %d of the %d bytes of a record", n, len(b)), nil
		case err != nil:
			return offset, "", fmt.Errorf("sweep: %w", err)
		}
		offset += int64(len(b))
		if !f.decode(&r, b) {
			bad++
		} else if err := visit(&r); err != nil {
			return offset, "", err
		}
	}
}

func damaged(records int) string {
	if records == 0 {
		return ""
	}
	return fmt.Sprintf("has %d damaged records", records)
}
