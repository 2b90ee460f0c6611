package sweep

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"

	"github.com/google/renameio/v2/maybe"
)

// plan says which shards each task of an array computes, for those that are missing seldom make an
// array of their own.
type plan struct {
	Key   string
	Tasks [][]int
	Check uint32 // of all before
}

func (p plan) check() (uint32, error) {
	p.Check = 0
	text, err := json.Marshal(p)
	return crc32.Checksum(text, castagnoli), err
}

// writePlan puts a plan into a file.
func (s *Store) writePlan(path string, tasks [][]int) (err error) {
	p := plan{Key: s.manifest.Key, Tasks: tasks}
	if p.Check, err = p.check(); err != nil {
		return fmt.Errorf("sweep: plan: %w", err)
	}
	text, err := json.Marshal(p)
	if err == nil {
		err = maybe.WriteFile(path, text, 0o644)
	}
	if err != nil {
		return fmt.Errorf("sweep: plan: %w", err)
	}
	return nil
}

// readPlan returns the shards of one task of a plan.
func (s *Store) readPlan(path string, task, of int) ([]int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("sweep: plan: %w", err)
	}
	var p plan
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("sweep: plan %s: %w", path, err)
	}
	if sum, err := p.check(); err != nil || sum != p.Check || p.Key != s.manifest.Key || len(p.Tasks) != of {
		return nil, fmt.Errorf("sweep: plan %s is damaged, of another sweep, or not of %d tasks", path, of)
	}
	for _, shard := range p.Tasks[task] {
		if shard < 0 || shard >= s.format.shards {
			return nil, fmt.Errorf("sweep: plan %s: shard %d of %d", path, shard, s.format.shards)
		}
	}
	return append([]int{}, p.Tasks[task]...), nil
}
