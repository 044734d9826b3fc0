package pipeline

import (
	"fmt"
	"strings"
)

// Preset is a query that comes with a definition.
type Preset struct {
	Name string // the file's name, with blanks
	Doc  string // what it answers, in a sentence
	SQL  string
}

// presets reads queries/*.sql. What they say is judged when they are asked, as
// with any other query.
func (l *loader) presets() error {
	files, err := definitionFiles(l.files, "queries", ".sql")
	if err != nil {
		return fmt.Errorf("queries: %w", err)
	}
	for _, file := range files {
		text, err := l.read(file)
		if err != nil {
			return err
		}
		_, doc := header(text)
		l.lake.Presets = append(l.lake.Presets, Preset{Name: strings.ReplaceAll(nameOf(file), "_", " "), Doc: doc, SQL: text})
	}
	return nil
}
