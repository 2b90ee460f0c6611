package kolmogorov

import (
	"sort"
)

// Field is a function of (z₁, r) on the nodes of a grid. It can be drawn with
// gonum/plot, as its methods are those of plotter.GridXYZ.
type Field struct {
	Along  []float64 // z₁ of the columns, ascending
	Across []float64 // r of the rows, ascending; the one row r = 0 if n = 1
	values []float64 // column by column
}

// Dims returns the numbers of columns (z₁) and rows (r).
func (f Field) Dims() (c, r int) { return len(f.Along), len(f.Across) }

// X returns z₁ of column c.
func (f Field) X(c int) float64 { return f.Along[c] }

// Y returns the distance r of row r from the axis.
func (f Field) Y(r int) float64 { return f.Across[r] }

// Z returns the value in column c and row r.
func (f Field) Z(c, r int) float64 { return f.values[c*len(f.Across)+r] }

// At returns the value at (z₁, r) by bilinear interpolation, constant beyond
// the outermost nodes.
func (f Field) At(z, r float64) float64 {
	i, s := bracket(f.Along, z)
	j, t := bracket(f.Across, r)
	k, l := min(i+1, len(f.Along)-1), min(j+1, len(f.Across)-1)
	return (1-s)*((1-t)*f.Z(i, j)+t*f.Z(i, l)) + s*((1-t)*f.Z(k, j)+t*f.Z(k, l))
}

// bracket returns the last node at or below x and how far x is on the way to
// the next, from 0 to 1.
func bracket(nodes []float64, x float64) (int, float64) {
	i := sort.Search(len(nodes), func(i int) bool { return nodes[i] > x }) - 1
	switch {
	case i < 0:
		return 0, 0
	case i >= len(nodes)-1:
		return len(nodes) - 1, 0
	}
	return i, (x - nodes[i]) / (nodes[i+1] - nodes[i])
}
