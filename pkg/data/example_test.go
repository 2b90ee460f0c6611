package data_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"

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

// A table with a header; the column "price" is what the model shall give.
func ExampleReadCSV() {
	const table = "rooms,area,price\n3,70,210\n4,95,305\n2,48,150\n"
	set, err := data.ReadCSV(strings.NewReader(table), "price")
	if err != nil {
		fmt.Println(err)
		return
	}
	set.Standardise() // features of mean 0 and variance 1: curvatures of one size
	fmt.Println(set.Len(), set.Features(), set.Y.RawMatrix().Data)
	_, err = data.ReadCSV(strings.NewReader("rooms,price\n3,210\n4,n/a\n"), "price")
	fmt.Println(err)
	// Output:
	// 3 2 [210 305 150]
	// data: csv row 3, column 2 (price): "n/a" is not a number
}

// numpy.save("x.npy", x) and numpy.save("y.npy", y) make a set of two arrays.
func ExampleReadNPY() {
	f, err := os.Open("testdata/c_float64.npy")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	x, err := data.ReadNPY(f)
	fmt.Println(x.RawMatrix().Data, err)
	set := &data.Set{X: x, Y: mat.NewDense(2, 1, []float64{1, -1})}
	fmt.Println(set.Len(), set.Features())
	// Output:
	// [1 2.5 -3 4 5 0.006] <nil>
	// 2 3
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
