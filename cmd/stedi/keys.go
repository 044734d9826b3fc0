package main

import (
	"fmt"
	"strings"
)

// keysTable is the [table] of a file of settings that gives the actions of the
// screens other keys:
//
//	[keys]
//	run-all = "ctrl+r"
//	quit = ["q", "ctrl+q"]
const keysTable = "keys"

// takeKeys takes the keys of a file. A file that was read before has said the
// same nearer by.
func (c *config) takeKeys(value any) error {
	table, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("want a table of actions and their keys")
	}
	for name, value := range table {
		keys, err := keysOf(value)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
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
