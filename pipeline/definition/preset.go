package definition

import (
	"fmt"
	"strings"

	"stedi/pipeline"
)

// presets reads queries/*.sql. The SQL is validated when a query runs, as for
// any other query.
func (l *loader) presets() error {
	files, err := TextFiles(l.files, "queries", ".sql")
	if err != nil {
		return fmt.Errorf("queries: %w", err)
	}
	for _, file := range files {
		text, err := l.read(file)
		if err != nil {
			return err
		}
		_, doc := Header(text)
		l.lake.Presets = append(l.lake.Presets, pipeline.Preset{Name: strings.ReplaceAll(NameOf(file), "_", " "), Doc: doc, SQL: text})
	}
	return nil
}
