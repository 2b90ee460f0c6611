package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// EnvMNIST names the environment variable that points at a folder of your own with MNIST's IDX
// files.
const EnvMNIST = "SGDESCAPE_MNIST"

// MNISTFolder is the folder of MNIST's files in the cache that the set-up of the notebooks fills
// (sgdescape in [os.UserCacheDir]).
const MNISTFolder = "mnist"

// MNIST reads one part of MNIST (60000 training and 10000 test images of handwritten digits, 28×28,
// ten classes; LeCun, Cortes and Burges), the data of the paper's Fig. 1, from the folder named by
// SGDESCAPE_MNIST when that is set, else from [MNISTFolder]. Only the first limit samples are kept
// (limit ≤ 0: all). Errors are those of [LoadDir]; when the files are missing it wraps
// [fs.ErrNotExist] and says how to get them.
func MNIST(part Part, limit int) (*Set, error) {
	dir := os.Getenv(EnvMNIST)
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("data: looking for MNIST: %w (set %s)", err, EnvMNIST)
		}
		dir = filepath.Join(cache, "sgdescape", MNISTFolder)
	}
	s, err := LoadDir(dir, part, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w (`go run ./notebooks setup` fetches them, or set %s to a folder of IDX files)", err, EnvMNIST)
	}
	return s, err
}
