package script

import (
	"strings"

	tree "github.com/tree-sitter/go-tree-sitter"
	python "github.com/tree-sitter/tree-sitter-python/bindings/go"
)

const (
	// maxSource bounds a script. The longest known one has 40 kB.
	maxSource = 1 << 20
	// maxNesting and maxNodes bound the syntax tree that is kept.
	maxNesting = 400
	maxNodes   = 400_000
	// parseMicros bounds the time of the parser.
	parseMicros = 3_000_000
)

// syntax is a node of the syntax tree, copied so that the C tree can be closed.
type syntax struct {
	kind, field string
	text        string // of a leaf
	line        int
	start, end  int
	kids        []*syntax
}

// get returns the child in a field, or nil.
func (s *syntax) get(field string) *syntax {
	if s == nil {
		return nil
	}
	for _, k := range s.kids {
		if k.field == field {
			return k
		}
	}
	return nil
}

// copier copies a C tree.
type copier struct {
	source []byte
	nodes  int
	errors []Problem
	name   string
	deep   bool
}

// parse returns the syntax tree of a Python text; nil with a problem if there
// is none.
func parse(name string, source []byte) (*syntax, []Problem) {
	parser := tree.NewParser()
	defer parser.Close()
	if err := parser.SetLanguage(tree.NewLanguage(python.Language())); err != nil {
		return nil, []Problem{{name, 1, "the grammar of Python does not fit its parser", -1}}
	}
	//nolint:staticcheck // SA1019: the replacement, ParseOptions, is never freed by this version of the binding.
	parser.SetTimeoutMicros(parseMicros)
	t := parser.Parse(source, nil)
	if t == nil {
		return nil, []Problem{{name, 1, "the text takes too long to parse", -1}}
	}
	defer t.Close()
	cursor := t.Walk()
	defer cursor.Close()
	c := &copier{source: source, name: name}
	root := c.copy(cursor, 0)
	if c.deep {
		return nil, []Problem{{name, 1, "the text is nested too deeply or too long to be read", -1}}
	}
	return root, c.errors
}

func (c *copier) copy(cursor *tree.TreeCursor, depth int) *syntax {
	n := cursor.Node()
	s := &syntax{
		kind: n.Kind(), field: cursor.FieldName(), line: int(n.StartPosition().Row) + 1, //nolint:gosec // rows of a text of at most 1 MB
		start: int(n.StartByte()), end: int(n.EndByte()), //nolint:gosec // as above
	}
	c.nodes++
	if depth > maxNesting || c.nodes > maxNodes {
		c.deep = true
		return s
	}
	if n.IsError() || n.IsMissing() {
		c.syntaxError(s)
	}
	if !cursor.GotoFirstChild() {
		s.text = string(c.source[s.start:s.end])
		return s
	}
	for {
		if k := cursor.Node(); k.Kind() != "comment" && (k.IsNamed() || cursor.FieldName() != "") {
			s.kids = append(s.kids, c.copy(cursor, depth+1))
		}
		if c.deep || !cursor.GotoNextSibling() {
			break
		}
	}
	cursor.GotoParent()
	return s
}

const maxSyntaxErrors = 20

func (c *copier) syntaxError(s *syntax) {
	if len(c.errors) >= maxSyntaxErrors {
		return
	}
	text, _, _ := strings.Cut(strings.TrimSpace(string(c.source[s.start:s.end])), "\n")
	if len(text) > 40 {
		text = text[:40]
	}
	what := "this is not Python: " + strings.ToValidUTF8(text, "?")
	if text == "" {
		what = s.kind + " is missing"
	}
	c.errors = append(c.errors, Problem{c.name, s.line, what, -1})
}
