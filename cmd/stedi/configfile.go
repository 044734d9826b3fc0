package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
	"github.com/spf13/pflag"

	"stedi/pipeline"
)

// settingsName is what a file of settings is called.
const settingsName = "stedi.toml"

// fileSetting is one line of a file of settings.
type fileSetting struct {
	key   string
	value any
	line  int
	table bool // a [table], of which there should be none
}

// settingsFiles returns the files that there are, the one that counts more
// first: the project's, then the user's.
func settingsFiles(folder string, env func(string) (string, bool)) []string {
	home, _ := env("HOME")
	var files []string
	if name := projectFile(folder, home); name != "" {
		files = append(files, name)
	}
	base, _ := env("XDG_CONFIG_HOME")
	if !filepath.IsAbs(base) { // unset, or to be ignored, says the XDG specification
		if home == "" {
			return files
		}
		base = filepath.Join(home, ".config")
	}
	if name := filepath.Join(base, "stedi", settingsName); isFile(name) {
		files = append(files, name)
	}
	return files
}

// projectFile looks in a folder and above it, up to the root of the repository
// or the home folder, whichever is met first. Outside of both it looks nowhere
// but in the folder itself: what lies in /tmp, say, may be anyone's.
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

// isFile tells whether something is there that should be read: a file that may
// not be read is one, so that it is not passed over in silence.
func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir() || errors.Is(err, fs.ErrPermission)
}

const tomlHelp = "The file is TOML, one setting a line: name = \"text\", name = 7, name = true."

// readSettings reads a file; messages call it as shown.
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

// parseSettings reads the values with the library's stable half, and with the
// other half on which lines they stand.
func parseSettings(text []byte) ([]fileSetting, error) {
	var values map[string]any
	if err := toml.Unmarshal(text, &values); err != nil {
		return nil, err
	}
	var settings []fileSetting
	seen := map[string]bool{}
	var parser unstable.Parser
	parser.Reset(text)
	for top := true; parser.NextExpression(); {
		expression := parser.Expression()
		top = top && expression.Kind == unstable.KeyValue
		if expression.Kind == unstable.KeyValue && !top {
			continue // in a [table], which has been noted
		}
		path := expression.Key()
		if !path.Next() {
			continue
		}
		key := string(path.Node().Data)
		if !seen[key] {
			seen[key] = true
			settings = append(settings, fileSetting{key: key, value: values[key], line: parser.Shape(path.Node().Raw).Start.Line, table: !top})
		}
	}
	return settings, parser.Error()
}

// texts gives the value as a flag takes it, if it is of the flag's type.
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
