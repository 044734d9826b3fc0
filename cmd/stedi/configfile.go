package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
	"github.com/spf13/pflag"

	"stedi/pipeline"
)

// settingsName is the name of a settings file.
const settingsName = "stedi.toml"

// fileSetting is one setting in a settings file.
type fileSetting struct {
	key   string
	value any
	line  int
	table bool // the setting is a [table]
	// lines holds the lines of the entries of a [table], by their paths in the file.
	lines map[string]int
}

// pathSign separates the keys of a path, which a key can hardly contain.
const pathSign = "\x00"

// pathOf joins the keys of an entry to its path.
func pathOf(keys ...string) string { return strings.Join(keys, pathSign) }

// settingsFiles returns the paths of the project's and the user's settings
// files, or "" for a missing file. The project's settings win.
func settingsFiles(folder string, env func(string) (string, bool)) (project, user string) {
	home, _ := env("HOME")
	project = projectFile(folder, home)
	base, _ := env("XDG_CONFIG_HOME")
	if !filepath.IsAbs(base) { // the XDG specification requires to ignore relative paths
		if home == "" {
			return project, ""
		}
		base = filepath.Join(home, ".config")
	}
	if name := filepath.Join(base, "stedi", settingsName); isFile(name) && name != project {
		user = name
	}
	return project, user
}

// projectFile searches a folder and its parents, up to the root of the
// repository or the home folder, whichever comes first. Outside of both it
// searches only the folder itself, because any user may write files in parents
// such as /tmp.
func projectFile(folder, home string) string {
	found := ""
	for at := folder; ; at = filepath.Dir(at) {
		name := filepath.Join(at, settingsName)
		if found == "" && isFile(name) {
			found = name
		}
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil || at == filepath.Clean(home) {
			return found
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	if filepath.Dir(found) == folder {
		return found
	}
	return ""
}

// isFile reports whether a file exists. Without permission for the folder it
// returns false; a link to an unreadable file counts as a file.
func isFile(name string) bool {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrPermission) {
		info, err = os.Lstat(name)
	}
	return err == nil && !info.IsDir()
}

const tomlHelp = "The file is TOML, one setting a line: name = \"text\", name = 7, name = true."

// readSettings reads a settings file; errors name it as shown.
func readSettings(name, shown string) ([]fileSetting, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Make the file readable, or remove it.", "configuration: %w", err)
	}
	settings, err := parseSettings(bytes.TrimPrefix(text, []byte("\ufeff")))
	var syntax *toml.DecodeError
	switch {
	case errors.As(err, &syntax):
		line, _ := syntax.Position()
		return nil, pipeline.Fail(pipeline.BadUsage, "", tomlHelp, "%s:%d: %w", shown, line, err)
	case err != nil:
		return nil, pipeline.Fail(pipeline.BadUsage, "", tomlHelp, "%s: %w", shown, err)
	}
	return settings, nil
}

// parseSettings reads the values with the stable package of the library, and
// their line numbers with the unstable one.
func parseSettings(text []byte) ([]fileSetting, error) {
	var values map[string]any
	if err := toml.Unmarshal(text, &values); err != nil {
		return nil, err
	}
	var settings []fileSetting
	seen := map[string]bool{}
	var parser unstable.Parser
	parser.Reset(text)
	lines, table := map[string]int{}, []string(nil)
	for top := true; parser.NextExpression(); {
		expression := parser.Expression()
		top = top && expression.Kind == unstable.KeyValue
		keys, line := keysAt(&parser, expression)
		if len(keys) == 0 {
			continue
		}
		if expression.Kind != unstable.KeyValue {
			table = keys
		} else {
			keys = append(slices.Clone(table), keys...)
			noteLines(&parser, lines, keys, expression.Value())
		}
		if path := pathOf(keys...); lines[path] == 0 {
			lines[path] = line
		}
		if key := keys[0]; !seen[key] {
			seen[key] = true
			settings = append(settings, fileSetting{key: key, value: values[key], line: line, table: !top, lines: lines})
		}
	}
	return settings, parser.Error()
}

// keysAt returns the keys of an expression, and its line.
func keysAt(parser *unstable.Parser, expression *unstable.Node) (keys []string, line int) {
	for path := expression.Key(); path.Next(); {
		if keys = append(keys, string(path.Node().Data)); line == 0 {
			line = parser.Shape(path.Node().Raw).Start.Line
		}
	}
	return keys, line
}

// noteLines adds the lines of the entries of an inline table.
func noteLines(parser *unstable.Parser, lines map[string]int, table []string, value *unstable.Node) {
	if value.Kind != unstable.InlineTable {
		return
	}
	for entries := value.Children(); entries.Next(); {
		keys, line := keysAt(parser, entries.Node())
		keys = append(slices.Clone(table), keys...)
		lines[pathOf(keys...)] = line
		noteLines(parser, lines, keys, entries.Node().Value())
	}
}

// texts returns the value in the form that the flag's Set expects. It returns
// an error if the types do not match.
func (s fileSetting) texts(f *pflag.Flag) ([]string, error) {
	kind, want := f.Value.Type(), "a text, a whole number, true or false"
	switch value := s.value.(type) {
	case string:
		want = map[string]string{"bool": "true or false", "int": "a whole number", "int64": "a whole number", "uint64": "a whole number"}[kind]
		if want == "" {
			return []string{value}, nil
		}
	case float64:
		if kind == "USD" {
			return []string{strconv.FormatFloat(value, 'f', -1, 64)}, nil
		}
	case bool:
		want = "a text"
		if kind == "bool" {
			return []string{strconv.FormatBool(value)}, nil
		}
	case int64:
		want = map[string]string{"bool": "true or false", "string": "a text", "stringSlice": "a list of texts", "stringArray": "a list of texts", "duration": "a duration such as \"10m\""}[kind]
		if want == "" {
			return []string{strconv.FormatInt(value, 10)}, nil
		}
	case []any:
		want = "one value, not a list"
		if kind == "stringSlice" || kind == "stringArray" {
			return textsOf(value)
		}
	}
	return nil, fmt.Errorf("want %s, not %v", want, s.value)
}

func textsOf(list []any) ([]string, error) {
	texts := []string{}
	for _, v := range list {
		text, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("want a list of texts, not one with %v", v)
		}
		texts = append(texts, text)
	}
	return texts, nil
}
