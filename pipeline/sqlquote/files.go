package sqlquote

import (
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"text/template"
)

// Files are the SQL files of a package, as templates. They quote with name and
// text, and in the dialect Hive with ticked and tickedText.
type Files struct{ templates func() *template.Template }

// Parse parses the embedded sql/*.sql of a package, which may use functions of
// that package too, at the first use: most commands need the files of only a few
// packages. The first use panics if a file is not a template.
func Parse(files fs.FS, functions ...template.FuncMap) Files {
	return Files{sync.OnceValue(func() *template.Template {
		t := template.New("").Funcs(ANSI.Functions()).Funcs(template.FuncMap{"ticked": Hive.Name, "tickedText": Hive.Text})
		for _, own := range functions {
			t = t.Funcs(own)
		}
		return template.Must(t.ParseFS(files, "sql/*.sql"))
	})}
}

// Text fills in one of the files.
func (f Files) Text(file string, values any) (string, error) {
	var b strings.Builder
	if err := f.templates().ExecuteTemplate(&b, file, values); err != nil {
		return "", fmt.Errorf("sql/%s: %w", file, err)
	}
	return b.String(), nil
}

// Must is Text for files that tests fill in, all of them: it panics where Text
// returns an error.
func (f Files) Must(file string, values any) string {
	text, err := f.Text(file, values)
	if err != nil {
		panic(err)
	}
	return text
}
