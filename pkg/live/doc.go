// Package live shows what a reader moves, in a notebook and in an exported page.
//
// An Interactive wraps a go-echarts chart, with sliders that a keyboard can
// move, for a live notebook and for an exported page alike.
//
// A Figure has sliders that have the library draw a static figure anew, for as
// long as its cell runs in a live notebook; elsewhere it is a static figure at
// once.
//
// A Simulator is a cloud of replicas that runs in an exported page: the reader
// sets η, B, h*, n and c and watches the escapes.
package live
