package script

import (
	"slices"
	"strings"

	"stedi/pipeline/review/sparksql"
)

// value is what an expression of a script is known to be. The types below are
// the only ones.
type value interface{ value() }

type (
	// text is a string. Parts that are not known stand in it as ${name}.
	text struct {
		s string
		// line is where the text begins.
		line int
	}
	// number, boolean and none are constants.
	number  struct{ s string }
	boolean struct{ b bool }
	none    struct{}
	// list is a list, tuple or set.
	list struct{ items []value }
	// dict has its pairs in order; a key is a text.
	dict struct {
		keys   []string
		lines  []int
		values []value
	}
	// frame is the result of a node. A dynamic frame has no methods of Spark.
	frame struct {
		node    int
		dynamic bool
	}
	// column is an expression over columns.
	column struct{ expr sparksql.Expr }
	// function is a def or a lambda of the script.
	function struct {
		def  *syntax
		self *object
		env  *scope
	}
	// class is a class of the script, object one of its objects.
	class struct {
		def *syntax
		env *scope
	}
	object struct {
		class *class
		attrs map[string]value
	}
	// member is an attribute of something that is no object of the script,
	// such as glueContext.create_dynamic_frame or df.write.
	member struct {
		of   value
		name string
	}
	// reader is a DataFrameReader, writer a DataFrameWriter with its frame.
	reader struct{ options []Option }
	writer struct {
		in      int
		of      string // what is written, if that is no frame
		mode    string
		options []Option
	}
	// sinkRef is what getSink returns.
	sinkRef struct{ sink *Sink }
	// grouped is df.groupBy(…).
	grouped struct {
		in     int
		groups []sparksql.Expr
	}
	// arguments are the job's own: args["X"] is the text ${X}.
	arguments struct{ defaults map[string]value }
	// columnTests is a condition on the columns of frames.
	columnTests struct{ tests []ColumnTest }
	// name is anything that the script does not define, such as an import.
	name struct{ s string }
	// unknown is the result of what is not understood.
	unknown struct{ what string }
)

func (text) value()        {}
func (number) value()      {}
func (boolean) value()     {}
func (none) value()        {}
func (*list) value()       {}
func (*dict) value()       {}
func (frame) value()       {}
func (column) value()      {}
func (*function) value()   {}
func (*class) value()      {}
func (*object) value()     {}
func (member) value()      {}
func (reader) value()      {}
func (writer) value()      {}
func (sinkRef) value()     {}
func (grouped) value()     {}
func (*arguments) value()  {}
func (columnTests) value() {}
func (name) value()        {}
func (unknown) value()     {}

// get returns the value of a key, or nil.
func (d *dict) get(key string) value {
	for i, k := range slices.Backward(d.keys) {
		if strings.EqualFold(k, key) {
			return d.values[i]
		}
	}
	return nil
}

func (d *dict) put(key string, line int, v value) {
	for i, k := range d.keys {
		if k == key {
			d.values[i] = v
			return
		}
	}
	d.keys, d.lines, d.values = append(d.keys, key), append(d.lines, line), append(d.values, v)
}

// plain returns the text of a constant.
func plain(v value) (string, bool) {
	switch v := v.(type) {
	case text:
		return v.s, true
	case number:
		return v.s, true
	case boolean:
		if v.b {
			return "True", true
		}
		return "False", true
	case none:
		return "None", true
	case name:
		return "${" + v.s + "}", true
	case unknown:
		return "${" + v.what + "}", true
	case member:
		return "${" + v.name + "}", true
	}
	return "", false
}

// texts returns the strings of a list, or of one string.
func texts(v value) ([]string, bool) { return textsIn(v, maxInside) }

// maxInside bounds how deep lists in lists are taken apart: a list can contain
// one list many times.
const maxInside = 3

func textsIn(v value, depth int) ([]string, bool) {
	switch v := v.(type) {
	case text:
		return []string{v.s}, true
	case *list:
		var all []string
		for _, item := range v.items {
			one, ok := textsIn(item, depth-1)
			if !ok || depth == 0 || len(all) > maxItems {
				return nil, false
			}
			all = append(all, one...)
		}
		return all, true
	case column:
		if c, ok := v.expr.(*sparksql.Column); ok {
			return []string{c.Name}, true
		}
	}
	return nil, false
}

// scope holds the variables of a function or of the module.
type scope struct {
	outer *scope
	vars  map[string]value
}

func (s *scope) get(n string) (value, bool) {
	for ; s != nil; s = s.outer {
		if v, ok := s.vars[n]; ok {
			return v, true
		}
	}
	return nil, false
}

// field removes the back-ticks of a path such as `.serialNumber`.
func field(path string) string {
	path = strings.TrimSpace(path)
	if len(path) > 1 && path[0] == '`' && path[len(path)-1] == '`' {
		return path[1 : len(path)-1]
	}
	return path
}
