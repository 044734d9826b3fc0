package main

import (
	"fmt"
	"strings"

	"stedi/tui/ui"
)

// keysTable is the [table] of a settings file that assigns other keys to
// actions of the screens:
//
//	[keys]
//	run-all = "ctrl+r"
//	quit = ["q", "ctrl+q"]
const keysTable = "keys"

// takeKeys adds the keys from a file. Keys from a file that was read before
// win.
func (c *config) takeKeys(value any) error {
	table, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("want a table of actions and their keys")
	}
	for name, value := range table {
		keys, err := keysOf(value)
		if err != nil {
			return &ui.SettingError{Path: []string{keysTable, name}, Err: fmt.Errorf("%s: %w", name, err)}
		}
		if c.keys == nil {
			c.keys = map[string][]string{}
		}
		if _, known := c.keys[name]; !known {
			c.keys[name] = keys
		}
	}
	return nil
}

func keysOf(value any) ([]string, error) {
	switch value := value.(type) {
	case string:
		return strings.Fields(value), nil
	case []any:
		return textsOf(value)
	default:
		return nil, fmt.Errorf("want a key such as \"ctrl+r\", or a list of keys")
	}
}
