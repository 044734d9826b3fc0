package ndjson

import (
	"fmt"
	"strconv"
	"strings"
)

// Type is the type of a column as Athena's DDL spells it, in lower case and
// without blanks, such as decimal(10,2) or array<struct<a:int>>. Equal types
// are equal strings. A Type is a constant of this package or a result of
// ParseType. The zero Type is String.
type Type string

// The types without parameters.
const (
	String    Type = "" // UTF-8 text
	Boolean   Type = "boolean"
	Tinyint   Type = "tinyint"   // 8-bit integer
	Smallint  Type = "smallint"  // 16-bit integer
	Int       Type = "int"       // 32-bit integer
	Bigint    Type = "bigint"    // 64-bit integer
	Float     Type = "float"     // 32-bit float, always finite
	Double    Type = "double"    // 64-bit float, always finite
	Date      Type = "date"      // a day of the years 1 to 9999
	Timestamp Type = "timestamp" // a time of those years in UTC, to the microsecond
	// Any is a value of any type, as its JSON text. No table is declared with it:
	// it is for columns that a file has and its table does not.
	Any Type = "any"
)

// String returns the name that Athena's DDL uses for the type.
func (t Type) String() string {
	if t == String {
		return "string"
	}
	return string(t)
}

// Kind is a type without its parameters.
type Kind uint8

// The kinds of types.
const (
	KindString Kind = iota
	KindBoolean
	KindTinyint
	KindSmallint
	KindInt
	KindBigint
	KindFloat
	KindDouble
	KindDecimal
	KindDate
	KindTimestamp
	KindVarchar
	KindChar
	KindAny
	KindArray
	KindMap
	KindStruct
)

var plainKinds = map[string]Kind{
	"string": KindString, "boolean": KindBoolean, "tinyint": KindTinyint, "smallint": KindSmallint, "int": KindInt,
	"bigint": KindBigint, "float": KindFloat, "double": KindDouble, "date": KindDate, "timestamp": KindTimestamp,
}

// Shape is a parsed type.
type Shape struct {
	Kind      Kind
	Precision int     // of a decimal: number of digits
	Scale     int     // of a decimal: digits after the decimal point
	Length    int     // of a varchar or char: characters
	Element   *Shape  // of an array: its elements; of a map: its values
	Fields    []Field // of a struct
}

// Field is a field of a struct.
type Field struct {
	Name  string // in lower case
	Shape Shape
}

// IsText reports whether the values are text: a string, varchar or char.
func (s *Shape) IsText() bool {
	return s.Kind == KindString || s.Kind == KindVarchar || s.Kind == KindChar
}

// IsNumber reports whether the values are numbers.
func (s *Shape) IsNumber() bool { return s.Kind >= KindTinyint && s.Kind <= KindDecimal }

// IsNested reports whether the values have parts: an array, map or struct.
func (s *Shape) IsNested() bool { return s.Kind >= KindArray }

// Shape parses the type. It panics for a type that does not come from
// ParseType.
func (t Type) Shape() Shape {
	if t == Any {
		return Shape{Kind: KindAny}
	}
	p := typeParser{rest: t.String()}
	shape, err := p.shape(0)
	if err != nil || p.rest != "" {
		panic(fmt.Sprintf("ndjson: %q is not a type", string(t)))
	}
	return shape
}

// ParseType parses a type as Athena's DDL spells it, in any case and with
// blanks. The error names the type to write instead.
func ParseType(text string) (Type, error) {
	p := typeParser{rest: strings.ToLower(text)}
	shape, err := p.shape(0)
	if err != nil {
		return "", err
	}
	if p.skip(); p.rest != "" {
		return "", typeError(text, "")
	}
	return shape.Type(), nil
}

// Type formats the shape as a type.
func (s *Shape) Type() Type {
	if s.Kind == KindString {
		return String
	}
	return Type(s.spell())
}

func (s *Shape) spell() string {
	switch s.Kind {
	case KindAny:
		return string(Any)
	case KindDecimal:
		return fmt.Sprintf("decimal(%d,%d)", s.Precision, s.Scale)
	case KindVarchar:
		return fmt.Sprintf("varchar(%d)", s.Length)
	case KindChar:
		return fmt.Sprintf("char(%d)", s.Length)
	case KindArray:
		return "array<" + s.Element.spell() + ">"
	case KindMap:
		return "map<string," + s.Element.spell() + ">"
	case KindStruct:
		fields := make([]string, len(s.Fields))
		for i, f := range s.Fields {
			fields[i] = f.Name + ":" + f.Shape.spell()
		}
		return "struct<" + strings.Join(fields, ",") + ">"
	default:
		for name, kind := range plainKinds {
			if kind == s.Kind {
				return name
			}
		}
		panic(fmt.Sprintf("ndjson: kind %d has no name", s.Kind))
	}
}

// maxTypeDepth bounds the nesting of types.
const maxTypeDepth = 16

// insteadOf maps types that Athena's DDL lacks, or that JSON lines cannot hold,
// to the type to write instead.
var insteadOf = map[string]string{
	"text": "string", "clob": "string", "uuid": "string", "json": "string", "binary": "string", "varbinary": "string", "blob": "string",
	"nvarchar": "string", "time": "string", "interval": "string", "uniontype": "string", "enum": "string",
	"bool": "boolean", "byte": "tinyint", "int2": "smallint", "short": "smallint", "int4": "int", "int8": "bigint", "long": "bigint",
	"serial": "bigint", "hugeint": "decimal(38,0)", "float4": "float", "real": "float", "float8": "double", "number": "double, bigint or decimal(p,s)",
	"numeric": "decimal(p,s)", "dec": "decimal(p,s)", "money": "decimal(p,s)", "datetime": "timestamp", "timestamptz": "timestamp",
	"list": "array<…>", "row": "struct<…>", "object": "struct<…>", "character": "char(n)",
}

const allTypes = "string, boolean, tinyint, smallint, int, bigint, float, double, decimal(p,s), date, timestamp, varchar(n), char(n), array<…>, map<string,…> or struct<…>"

// typeError reports that text is not a type, and names the type to write
// instead.
func typeError(text, instead string) error {
	if instead == "" {
		instead = allTypes
	}
	return fmt.Errorf("type %.60s is not supported: write %s", strings.TrimSpace(text), instead)
}

type typeParser struct{ rest string }

func (p *typeParser) skip() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

func (p *typeParser) word() string {
	p.skip()
	end := 0
	for end < len(p.rest) && (p.rest[end] == '_' || p.rest[end]-'a' < 26 || p.rest[end]-'0' < 10) {
		end++
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	return word
}

func (p *typeParser) symbol(c string) bool {
	p.skip()
	rest, ok := strings.CutPrefix(p.rest, c)
	p.rest = rest
	return ok
}

func (p *typeParser) shape(depth int) (s Shape, err error) {
	whole := p.rest
	if depth > maxTypeDepth {
		return s, fmt.Errorf("a type nested deeper than %d levels is not supported: write string, and keep the JSON as text", maxTypeDepth)
	}
	name := p.word()
	if name == "integer" {
		name = "int"
	}
	if kind, ok := plainKinds[name]; ok {
		return Shape{Kind: kind}, nil
	}
	switch name {
	case "decimal":
		return p.decimal(whole)
	case "varchar":
		return p.text(KindVarchar, 65535, whole)
	case "char":
		return p.text(KindChar, 255, whole)
	case "array":
		return p.array(whole, depth)
	case "map":
		return p.mapping(whole, depth)
	case "struct":
		return p.structure(whole, depth)
	}
	if name == "" {
		name = whole
	}
	return s, typeError(name, insteadOf[name])
}

func (p *typeParser) number() (n int, ok bool) {
	n, err := strconv.Atoi(p.word())
	return n, err == nil
}

func (p *typeParser) decimal(whole string) (Shape, error) {
	s := Shape{Kind: KindDecimal, Precision: 10}
	if !p.symbol("(") {
		return s, nil
	}
	var ok bool
	if s.Precision, ok = p.number(); ok && p.symbol(",") {
		s.Scale, ok = p.number()
	}
	if !ok || !p.symbol(")") || s.Precision < 1 || s.Precision > 38 || s.Scale > s.Precision {
		return s, typeError(whole, "decimal(p,s) with 1 to 38 digits p, of which s, at most p, are after the point")
	}
	return s, nil
}

func (p *typeParser) text(kind Kind, most int, whole string) (Shape, error) {
	name := map[Kind]string{KindVarchar: "varchar", KindChar: "char"}[kind]
	s := Shape{Kind: kind}
	ok := p.symbol("(")
	if ok {
		s.Length, ok = p.number()
	}
	if !ok || !p.symbol(")") || s.Length < 1 || s.Length > most {
		return s, typeError(whole, fmt.Sprintf("%s(n) with n from 1 to %d, or string", name, most))
	}
	return s, nil
}

func (p *typeParser) array(whole string, depth int) (Shape, error) {
	if !p.symbol("<") {
		return Shape{}, typeError(whole, "array<TYPE>")
	}
	element, err := p.shape(depth + 1)
	if err == nil && !p.symbol(">") {
		err = typeError(whole, "array<TYPE>")
	}
	return Shape{Kind: KindArray, Element: &element}, err
}

func (p *typeParser) mapping(whole string, depth int) (Shape, error) {
	if !p.symbol("<") || p.word() != "string" || !p.symbol(",") {
		return Shape{}, typeError(whole, "map<string,TYPE>: keys of JSON objects are strings")
	}
	value, err := p.shape(depth + 1)
	if err == nil && !p.symbol(">") {
		err = typeError(whole, "map<string,TYPE>")
	}
	return Shape{Kind: KindMap, Element: &value}, err
}

func (p *typeParser) structure(whole string, depth int) (s Shape, err error) {
	s.Kind = KindStruct
	if !p.symbol("<") {
		return s, typeError(whole, "struct<NAME:TYPE,…>")
	}
	for {
		name := p.word()
		if name == "" || !p.symbol(":") {
			return s, typeError(whole, "struct<NAME:TYPE,…> with names of letters, digits and underscores")
		}
		for _, f := range s.Fields {
			if f.Name == name {
				return s, fmt.Errorf("a struct has the field %s twice: give each field a name of its own", name)
			}
		}
		field, err := p.shape(depth + 1)
		if err != nil {
			return s, err
		}
		s.Fields = append(s.Fields, Field{name, field})
		switch {
		case p.symbol(">"):
			return s, nil
		case !p.symbol(","):
			return s, typeError(whole, "struct<NAME:TYPE,…>")
		}
	}
}

// quoted reports whether JSON values of the kind are strings.
func (k Kind) quoted() bool {
	switch k {
	case KindString, KindVarchar, KindChar, KindDate, KindTimestamp:
		return true
	default:
		return false
	}
}

// isPlain reports whether field.read reads values of the kind itself.
func (k Kind) isPlain() bool {
	return k == KindString || k == KindBoolean || k == KindInt || k == KindBigint || k == KindDouble
}
