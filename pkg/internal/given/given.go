// Package given tells arguments from their absence.
package given

import "reflect"

// None reports whether v is nothing: nil, or, as after an error that nobody looked at, an interface
// that holds a nil pointer, function, map or slice.
func None(v any) bool {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Slice:
		return r.IsNil()
	}
	return false
}
