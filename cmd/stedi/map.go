package main

import (
	"fmt"
	"path"
	"strings"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// tablesTable is the [table] of a file of settings that says in which folders
// of the lake tables lie, as --map does:
//
//	[tables]
//	customer_curated = "customers_curated"
const tablesTable = "tables"

// takeTables takes the folders of a file. A file that was read before counts
// more.
func (c *config) takeTables(value any) error {
	table, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("want a table of names and folders")
	}
	for name, value := range table {
		folder, ok := value.(string)
		if !ok {
			return &ui.SettingError{Path: []string{tablesTable, name}, Err: fmt.Errorf("%s: want a folder of the lake, as a text", name)}
		}
		if err := c.takePlace(name, folder, false); err != nil {
			return &ui.SettingError{Path: []string{tablesTable, name}, Err: err}
		}
	}
	return nil
}

// takeMaps takes the folders of the command line, which count more than those of
// files.
func (c *config) takeMaps() error {
	for _, text := range c.maps {
		name, folder, ok := strings.Cut(text, "=")
		if !ok {
			return pipeline.Fail(pipeline.BadUsage, "", "Write it as --map TABLE=FOLDER, such as --map customer_curated=customers_curated.", "--map %q%s has no \"=\"", text, c.where("map"))
		}
		if err := c.takePlace(name, folder, true); err != nil {
			return pipeline.Fail(pipeline.BadUsage, "", "Name a folder below the lake, such as --map customer_curated=customers_curated.", "--map %q%s: %w", text, c.where("map"), err)
		}
	}
	return nil
}

func (c *config) takePlace(name, folder string, first bool) error {
	name = strings.ToLower(strings.TrimSpace(name))
	clean := path.Clean(strings.Trim(strings.TrimSpace(folder), "/"))
	switch {
	case name == "":
		return fmt.Errorf("no table is named")
	case strings.TrimSpace(folder) == "" || clean == ".":
		return fmt.Errorf("%s: no folder is named", name)
	case clean == ".." || strings.HasPrefix(clean, "../") || strings.Contains(folder, "://") || strings.ContainsAny(clean, "\\\x00"):
		return fmt.Errorf("%s: %q is not below the lake", name, folder)
	case strings.HasPrefix(clean, pipeline.StateFolder):
		return fmt.Errorf("%s: %s belongs to stedi", name, clean)
	}
	if c.places == nil {
		c.places = map[string]string{}
	}
	if _, known := c.places[name]; first || !known {
		c.places[name] = clean
	}
	return nil
}
