package script

import (
	"slices"
	"strings"
	"unicode"
)

// Undefined is a name that a script uses before anything gives it a value.
// Python stops there: no later sink is written.
type Undefined struct {
	Name string
	Line int
	From int // the line at which the statement begins
}

// names finds the first name without a value among the statements of the module
// that are executed for certain: not those of branches, loops and functions.
type names struct {
	bound map[string]bool
	// stars: a module whose names are known only in part was imported with *;
	// functions: one of Spark's. alone: the statement is a name and nothing else.
	stars, functions, alone bool
	line                    int // of the statement
	found                   *Undefined
}

// undefined returns the first name that is used without a value, or nil. It is
// nil too if that is not certain.
func undefined(root *syntax) *Undefined {
	n := &names{bound: map[string]bool{}}
	for _, s := range root.kids {
		n.line = s.line
		if !n.statement(s) {
			return nil
		}
		if n.found != nil {
			return n.found
		}
	}
	return nil
}

// statement follows a statement. It is false if nothing is certain from here on.
func (n *names) statement(s *syntax) bool {
	switch s.kind {
	case "expression_statement":
		for _, k := range s.kids {
			n.alone = k.kind == "identifier"
			n.expression(k)
			n.alone = false
		}
	case "import_statement", "future_import_statement":
		n.imports(s, true)
	case "import_from_statement":
		if star(s) {
			return n.importStar(s)
		}
		n.imports(s, false)
	case "function_definition", "class_definition", "decorated_definition":
		n.bindAll(s.get("name"))
		n.bindAll(s.get("definition").get("name"))
	case "ERROR", "exec_statement", "match_statement":
		return false
	default: // branches and loops: what they bind may have a value
		n.bindEverything(s)
	}
	return true
}

func star(s *syntax) bool {
	return slices.ContainsFunc(s.kids, func(k *syntax) bool { return k.kind == "wildcard_import" })
}

// importStar imports the names of a module. Those of Glue's and Spark's modules
// are known well enough.
func (n *names) importStar(s *syntax) bool {
	module := dotted(s.get("module_name"))
	if !strings.HasPrefix(module, "awsglue") && !strings.HasPrefix(module, "pyspark") {
		return false
	}
	n.stars = true
	n.functions = n.functions || strings.HasPrefix(module, "pyspark")
	return true
}

func dotted(s *syntax) string {
	if s == nil {
		return ""
	}
	var parts []string
	for _, k := range s.kids {
		parts = append(parts, k.text)
	}
	return s.text + strings.Join(parts, ".")
}

// imports binds what an import names: of "import a.b" that is a.
func (n *names) imports(s *syntax, first bool) {
	for _, k := range s.kids {
		if k.field == "module_name" {
			continue
		}
		if alias := k.get("alias"); alias != nil {
			n.bound[alias.text] = true
			continue
		}
		if k.kind == "dotted_name" && len(k.kids) > 0 {
			at := len(k.kids) - 1
			if first {
				at = 0
			}
			n.bound[k.kids[at].text] = true
		}
		n.bound[k.text] = true
	}
}

// bindAll binds the names of a target.
func (n *names) bindAll(s *syntax) {
	if s == nil || s.kind == "attribute" || s.kind == "subscript" {
		return
	}
	if s.kind == "identifier" {
		n.bound[s.text] = true
	}
	for _, k := range s.kids {
		n.bindAll(k)
	}
}

// bindEverything binds all names that occur in a statement.
func (n *names) bindEverything(s *syntax) {
	if s.kind == "identifier" {
		n.bound[s.text] = true
	}
	if s.kind == "wildcard_import" {
		n.stars = true
	}
	for _, k := range s.kids {
		n.bindEverything(k)
	}
}

// expression looks for names without a value in the order in which Python
// evaluates them.
func (n *names) expression(s *syntax) {
	if s == nil || n.found != nil {
		return
	}
	switch s.kind {
	case "assignment", "augmented_assignment":
		n.expression(s.get("right"))
		n.bindAll(s.get("left"))
	case "named_expression":
		n.expression(s.get("value"))
		n.bindAll(s.get("name"))
	case "identifier":
		n.use(s)
	case "call":
		if fn := s.get("function"); fn != nil && fn.kind != "identifier" {
			n.expression(fn)
		}
		n.expression(s.get("arguments"))
	case "attribute":
		n.expression(s.get("object"))
	case "keyword_argument":
		n.expression(s.get("value"))
	case "lambda", "string", "concatenated_string", "list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression",
		"conditional_expression", "boolean_operator", "type":
		n.bindWalrus(s) // names of their own, or not evaluated for certain
	default:
		for _, k := range s.kids {
			n.expression(k)
		}
	}
}

// bindWalrus binds the names that := gives a value in an expression.
func (n *names) bindWalrus(s *syntax) {
	if s.kind == "named_expression" {
		n.bindAll(s.get("name"))
	}
	for _, k := range s.kids {
		n.bindWalrus(k)
	}
}

// use records a name without a value. Functions, classes and what every job
// begins with are not looked at: a missing import is easily seen, and a file may
// be an extract.
func (n *names) use(s *syntax) {
	name := s.text
	if name == "" || n.bound[name] || builtins[name] || usual[name] || strings.HasPrefix(name, "_") || unicode.IsUpper([]rune(name)[0]) {
		return
	}
	if n.stars && !strings.Contains(name, "_") && name != "args" && (!n.alone || n.functions) {
		return // the module may have it
	}
	n.found = &Undefined{name, s.line, n.line}
}

// usual are the names that notebooks and shells of Spark have from the start, and
// those with which every job begins.
var usual = wordSet("spark sc sqlContext dbutils display get_ipython glueContext glue_context job logger sys os re json boto3 time datetime np pd")

// builtins are the names that Python itself has.
var builtins = wordSet(`abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex copyright credits
	delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr globals hasattr hash help hex id input int isinstance
	issubclass iter len license list locals map max memoryview min next object oct open ord pow print property quit range repr reversed round set
	setattr slice sorted staticmethod str sum super tuple type vars zip None True False NotImplemented Ellipsis
	ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError BufferError BytesWarning
	ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError EncodingWarning
	EnvironmentError Exception ExceptionGroup FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError
	ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError
	ModuleNotFoundError NameError NotADirectoryError NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError
	ProcessLookupError RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError
	SyntaxWarning SystemError SystemExit TabError TimeoutError TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError
	UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning ZeroDivisionError`)

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		set[w] = true
	}
	return set
}
