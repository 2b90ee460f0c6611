package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gonum.org/v1/gonum/mat"
)

// FashionMNISTDir is where Debian's package dataset-fashion-mnist keeps its files.
const FashionMNISTDir = "/usr/share/datasets/fashion-mnist"

// EnvDir names the environment variable that points at another folder of IDX files.
const EnvDir = "SGDESCAPE_DATA"

// Part selects the training or the test half of an MNIST-like folder.
type Part string

// The two parts, as the file names spell them.
const (
	Train Part = "train"
	Test  Part = "t10k"
)

// Load reads images and labels from two IDX files. Pixels come out divided by 255, in [0, 1];
// X is N×(rows·columns). Only the first limit
// samples are kept (limit ≤ 0: all). Classes is one more than the largest label kept,
// at least 10 so that a small subset of MNIST still has ten outputs.
//
// Errors: whatever [ReadIDX] finds; images that are not an array of 2 or more
// dimensions; labels of more than one; counts that differ.
func Load(images, labels string, limit int) (*Set, error) {
	img, err := readFile(images, limit)
	if err != nil {
		return nil, err
	}
	lab, err := readFile(labels, 0)
	if err != nil {
		return nil, err
	}
	if len(img.Shape) < 2 {
		return nil, fmt.Errorf("data: %s: images of %d dimension, want 2 or more (are these the labels?)", images, len(img.Shape))
	}
	if len(lab.Shape) != 1 {
		return nil, fmt.Errorf("data: %s: labels of %d dimensions, want 1 (are these the images?)", labels, len(lab.Shape))
	}
	if img.Items != lab.Items {
		return nil, fmt.Errorf("data: %d images in %s but %d labels in %s", img.Items, images, lab.Items, labels)
	}
	n := img.Shape[0]
	set := &Set{Class: make([]int, n), Classes: 10}
	for i, v := range lab.Values[:n] {
		set.Class[i] = int(v)
		set.Classes = max(set.Classes, set.Class[i]+1)
	}
	for i := range img.Values {
		img.Values[i] /= 255
	}
	set.X = mat.NewDense(n, len(img.Values)/n, img.Values)
	return set, nil
}

// LoadDir reads one part of a folder with MNIST's file names
// (train-images-idx3-ubyte, t10k-labels-idx1-ubyte, …, each plain or with .gz).
// A folder without them is an error that wraps [fs.ErrNotExist].
func LoadDir(dir string, part Part, limit int) (*Set, error) {
	images, err := find(dir, string(part)+"-images-idx3-ubyte")
	if err != nil {
		return nil, err
	}
	labels, err := find(dir, string(part)+"-labels-idx1-ubyte")
	if err != nil {
		return nil, err
	}
	return Load(images, labels, limit)
}

// FashionMNIST reads one part of Fashion-MNIST (60000 training and 10000 test images,
// 28×28, ten classes) from the folder named by SGDESCAPE_DATA when that is set (MNIST
// works as well), else from Debian's [FashionMNISTDir]. When the files are missing the
// error wraps [fs.ErrNotExist] and says how to get them.
func FashionMNIST(part Part, limit int) (*Set, error) {
	dir := os.Getenv(EnvDir)
	if dir == "" {
		dir = FashionMNISTDir
	}
	s, err := LoadDir(dir, part, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w (apt-get install dataset-fashion-mnist, or set %s to a folder of IDX files)", err, EnvDir)
	}
	return s, err
}

func readFile(path string, limit int) (*Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	a, err := ReadIDX(f, limit)
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, path)
	}
	return a, nil
}

func find(dir, name string) (string, error) {
	var err error
	for _, suffix := range []string{".gz", ""} {
		path := filepath.Join(dir, name+suffix)
		if _, err = os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("data: neither %s.gz nor %s: %w", name, name, err)
}
