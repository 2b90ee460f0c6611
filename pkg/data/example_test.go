package data_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
)

func ExampleReadIDX() {
	file := []byte{0, 0, 0x08, 2 /* shape */, 0, 0, 0, 2, 0, 0, 0, 2 /* body */, 1, 2, 3, 4}
	a, err := data.ReadIDX(bytes.NewReader(file), 0)
	fmt.Println(a.Shape, a.Values, err)
	// Output: [2 2] [1 2 3 4] <nil>
}

func ExampleFashionMNIST() {
	set, err := data.FashionMNIST(data.Train, 1000)
	if err != nil {
		fmt.Println(err) // says how to get the files
		return
	}
	if err := set.EvenOdd(); err != nil { // the ±1 labels of the paper's Fig. 1
		fmt.Println(err)
		return
	}
	fmt.Println(set.Len(), set.Features())
}

func ExampleTeacher() {
	set, err := data.Teacher(5, []float64{1, -2}, 0, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		fmt.Println(err)
		return
	}
	x, y := set.X.RawRowView(3), set.Y.At(3, 0)
	fmt.Println(y == x[0]-2*x[1])
	// Output: true
}

func ExampleSet_OneHot() {
	set := &data.Set{X: mat.NewDense(2, 1, nil), Class: []int{1, 0}, Classes: 2}
	fmt.Println(set.OneHot(), set.Y.RawMatrix().Data)
	// Output: <nil> [0 1 1 0]
}
