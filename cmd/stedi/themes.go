package main

import (
	"fmt"

	"stedi/tui/ui"
)

// themesTable is the [table] of a settings file with themes of the screens:
//
//	theme = "mine"
//
//	[themes.mine]
//	base = "dark"
//	good = "#00ff5f"
const themesTable = "themes"

// takeThemes adds the themes from a file. Themes from a file that was read
// before win.
func (c *config) takeThemes(value any) error {
	table, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("want tables such as [themes.mine]")
	}
	for name, value := range table {
		colours, ok := value.(map[string]any)
		if !ok {
			return &ui.SettingError{Path: []string{themesTable, name}, Err: fmt.Errorf("%s: want a table of colours", name)}
		}
		theme := ui.CustomTheme{Colours: map[string]string{}}
		for key, value := range colours {
			text := fmt.Sprint(value)
			if key == "base" {
				theme.Base = text
			} else {
				theme.Colours[key] = text
			}
		}
		if c.themes == nil {
			c.themes = map[string]ui.CustomTheme{}
		}
		if _, known := c.themes[name]; !known {
			c.themes[name] = theme
		}
	}
	return nil
}

// look is the chosen theme.
func (c *config) look() ui.Look { return ui.Look{Name: c.theme, Custom: c.themes} }

// onLight reports whether the theme is for a light background.
func (c *config) onLight() bool {
	return c.theme == "light" || c.themes[c.theme].Base == "light"
}
