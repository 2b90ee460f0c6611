package sweep

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// manifest is what a store is of. Its key is the hash of all else, so that results of another
// specification, of other code or of other columns are never mixed in.
type manifest struct {
	Key     string             `json:"key"`
	Code    string             `json:"code"`
	Columns []string           `json:"columns"`
	Options map[string]float64 `json:"options"`
	Spec    Spec               `json:"spec"`
}

// manifestName is its file in the store.
const manifestName = "sweep.json"

// newManifest returns the manifest of an experiment.
func newManifest(s Spec, x Experiment, code string) (m manifest, err error) {
	m = manifest{Code: code, Columns: x.Columns, Options: x.Options, Spec: s}
	m.Key, err = m.hash()
	return m, err
}

func (m manifest) hash() (string, error) {
	m.Key = ""
	text, err := json.Marshal(m) // of maps in the order of their keys, numbers with the fewest digits
	if err != nil {
		return "", fmt.Errorf("sweep: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// text is the file of a manifest.
func (m manifest) text() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	return append(text, '\n'), nil
}

// readManifest reads the manifest of a store. A byte that is not as it was written is an error that
// wraps errDamaged.
func readManifest(dir string) (m manifest, err error) {
	path := filepath.Join(dir, manifestName)
	text, err := os.ReadFile(path)
	if err != nil {
		return m, fmt.Errorf("sweep: no store: %w", err)
	}
	bad := fmt.Errorf("sweep: %s: %w", path, errDamaged)
	if json.Unmarshal(text, &m) != nil {
		return manifest{}, bad
	}
	key, err := m.hash()
	if err != nil || key != m.Key {
		return manifest{}, bad
	}
	if again, err := m.text(); err != nil || !bytes.Equal(again, text) {
		return manifest{}, bad
	}
	return m, nil
}
