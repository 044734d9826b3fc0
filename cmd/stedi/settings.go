package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stedi/pipeline"
	"stedi/pipeline/printable"
	"stedi/tui/ui"
)

// neverShared are flags that apply to a single call, so files cannot set them.
var neverShared = []string{"help", "version", "batch", "demo", "steered", "plain"}

// shared returns the flags that a file may set: the global flags, and flags
// that at least two commands have.
func shared(root *cobra.Command) []*pflag.Flag {
	uses := map[string]int{}
	first := map[string]*pflag.Flag{}
	take := func(weight int) func(*pflag.Flag) {
		return func(f *pflag.Flag) {
			if !slices.Contains(neverShared, f.Name) {
				uses[f.Name] += weight
				first[f.Name] = cmp.Or(first[f.Name], f)
			}
		}
	}
	root.LocalFlags().VisitAll(take(2))
	for _, cmd := range commands(root) {
		if cmd != root && !worksRegardless(cmd) {
			cmd.LocalNonPersistentFlags().VisitAll(take(1))
		}
	}
	var flags []*pflag.Flag
	for name, f := range first {
		if uses[name] > 1 {
			flags = append(flags, f)
		}
	}
	slices.SortFunc(flags, func(a, b *pflag.Flag) int { return strings.Compare(a.Name, b.Name) })
	return flags
}

// commands returns a command and all its subcommands, recursively.
func commands(root *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{root}
	for _, c := range root.Commands() {
		all = append(all, commands(c)...)
	}
	return all
}

// settle sets the flags that the command line leaves open: first from the
// environment, then from the project's file, then from the user's.
func (p *program) settle(cmd *cobra.Command) error {
	err := p.fill(cmd.Flags(), shared(cmd.Root()))
	if err == nil {
		err = p.config.check(cmd)
	}
	if worksRegardless(cmd) {
		return nil
	}
	if err != nil {
		return err
	}
	if plain := plainS3(p.config.lake); plain != p.config.lake {
		tryWrite(p.stderr, "note: the lake "+printable.Text(p.config.lake)+" is read as "+printable.Text(plain)+"\n")
		p.config.lake = plain
	}
	p.config.goHome()
	p.askForCodes(cmd)
	return p.openLog(cmd)
}

// worksRegardless reports whether a command works even with a faulty file:
// the shell asks it at its start, or at a key.
func worksRegardless(cmd *cobra.Command) bool {
	for c := cmd; c.HasParent(); c = c.Parent() {
		if slices.Contains([]string{"completion", "man", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}, c.Name()) {
			return true
		}
	}
	return false
}

func (p *program) fill(flags *pflag.FlagSet, known []*pflag.Flag) error {
	p.config.origins = map[string]string{}
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			p.config.origins[f.Name] = "flag"
		}
	})
	if err := p.config.fromEnvironment(flags, p.env); err != nil {
		return err
	}
	home, _ := p.env("HOME")
	folder, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("finding the configuration: %w", err)
	}
	project, user := settingsFiles(folder, p.env)
	if project != "" {
		if err := p.config.fromFile(place{folder, home}, project, flags, known); err != nil {
			return err
		}
	}
	if user == "" {
		return nil
	}
	err = p.config.fromFile(place{folder, home}, user, flags, known)
	if errors.Is(err, fs.ErrPermission) {
		tryWrite(p.stderr, "stedi: note: your settings are not used: "+printable.Text(user)+" cannot be read (permission denied)\n")
		return nil
	}
	return err
}

// place is the working folder and the user's home.
type place struct{ folder, home string }

// fromFile sets the flags that are not set yet.
func (c *config) fromFile(from place, name string, flags *pflag.FlagSet, known []*pflag.Flag) error {
	shown := name
	if near, err := filepath.Rel(from.folder, name); err == nil && strings.Count(near, "..") < 4 {
		shown = near
	}
	settings, err := readSettings(name, shown)
	if err != nil {
		return err
	}
	for _, s := range settings {
		where := fmt.Sprintf("%s:%d", shown, s.line)
		if take := c.takers()[s.key]; take != nil && s.table {
			if err := c.takeTable(s, shown, take); err != nil {
				return err
			}
			continue
		}
		i := slices.IndexFunc(known, func(f *pflag.Flag) bool { return f.Name == s.key })
		if i < 0 || s.table {
			return unknownSetting(where, s.key, known)
		}
		values, err := s.texts(known[i])
		if err != nil {
			return atPlace(where, s.key, err)
		}
		f := flags.Lookup(s.key)
		if f == nil || f.Changed {
			continue // another command's flag, or already set by a source that wins
		}
		if err := from.set(f, name, values); err != nil {
			return atPlace(where, s.key, err)
		}
		c.origins[s.key] = where
	}
	return nil
}

// takeTable takes a [table] of a file. The places of its entries count if no file
// before has them.
func (c *config) takeTable(s fileSetting, file string, take func(any) error) error {
	places := map[string]string{}
	for path, line := range s.lines {
		places[path] = fmt.Sprintf("%s:%d", file, line)
	}
	if err := take(s.value); err != nil {
		where := fmt.Sprintf("%s:%d", file, s.line)
		if wrong, ok := errors.AsType[*ui.SettingError](err); ok {
			where = cmp.Or(placeIn(places, wrong.Path), where)
		}
		return atPlace(where, s.key, err)
	}
	known := maps.Clone(c.entries)
	if c.entries == nil {
		c.entries = map[string]string{}
	}
	for path, at := range places {
		keys := strings.Split(path, pathSign)
		if keys[0] == s.key && placeIn(known, keys[:min(len(keys), 2)]) == "" {
			c.entries[path] = at
		}
	}
	return nil
}

// placeIn returns the place of an entry, or else of the [table] that it is in.
func placeIn(places map[string]string, path []string) string {
	for n := len(path); n > 0; n-- {
		if at := places[pathOf(path[:n]...)]; at != "" {
			return at
		}
	}
	return ""
}

// placed adds to an error about an entry of a settings file where that is, and to
// another error the source of a flag; "": of none.
func (c *config) placed(err error, flag string) error {
	if wrong, ok := errors.AsType[*ui.SettingError](err); ok {
		if at := placeIn(c.entries, wrong.Path); at != "" {
			return fmt.Errorf("%w (%s)", err, at)
		}
	}
	return fmt.Errorf("%w%s", err, c.where(flag))
}

// wrongSetting returns the error for settings that the screens do not accept.
func (p *program) wrongSetting(err error) error {
	return pipeline.Fail(pipeline.BadUsage, "", "Correct the setting; `stedi config` lists all of them.", "%w", p.config.placed(err, ""))
}

// takers take the [table]s of a file, by name.
func (c *config) takers() map[string]func(any) error {
	return map[string]func(any) error{keysTable: c.takeKeys, tablesTable: c.takeTables, themesTable: c.takeThemes}
}

// set gives a flag the values that a file has for it. A path is relative to
// the file.
func (from place) set(f *pflag.Flag, file string, values []string) error {
	if isPath(f) {
		path, err := expandHome(values[0], from.home)
		if err != nil {
			return err
		}
		values = []string{beside(file, path)}
	}
	return set(f, values)
}

func unknownSetting(where, key string, known []*pflag.Flag) error {
	var names []string
	for _, f := range known {
		names = append(names, f.Name)
	}
	fix := "`stedi config` lists the settings; write them at the top level of the file, outside any [table]."
	if slices.Contains(names, key) {
		return pipeline.Fail(pipeline.BadUsage, "", fix, "%s: %s is not a [table]", where, key)
	}
	if near := pipeline.Nearest(key, names); near != "" {
		fix = "Did you mean " + near + "? " + fix
	}
	return pipeline.Fail(pipeline.BadUsage, "", fix, "%s: unknown setting %q", where, key)
}

func atPlace(where, key string, err error) error {
	return pipeline.Fail(pipeline.BadUsage, "", "Correct the file; `stedi config` shows the settings in effect.", "%s: %s: %w", where, key, err)
}

func set(f *pflag.Flag, values []string) error {
	f.Changed = true
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.Replace(values)
	}
	return f.Value.Set(values[0])
}

// pathAnnotation marks a flag whose value is a path; in a settings file it is
// relative to that file.
const pathAnnotation = "stedi_path"

// markPath marks flags as paths.
func markPath(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		f := flags.Lookup(name)
		if f.Annotations == nil {
			f.Annotations = map[string][]string{}
		}
		f.Annotations[pathAnnotation] = []string{"true"}
	}
}

func isPath(f *pflag.Flag) bool { return f.Annotations[pathAnnotation] != nil }

// expandHome replaces a leading ~ with the user's home, because no shell
// expands settings files.
func expandHome(path, home string) (string, error) {
	rest, ok := strings.CutPrefix(path, "~")
	switch {
	case !ok:
		return path, nil
	case rest != "" && rest[0] != '/':
		user, _, _ := strings.Cut(rest, "/")
		return "", fmt.Errorf("~%s is not expanded: only ~ is, to your own home; write the full path of that folder (or ./~%s for a folder of that name)", user, user)
	case !filepath.IsAbs(home):
		return "", errors.New("~ cannot be expanded: HOME is not set to a full path")
	default:
		return filepath.Join(home, rest), nil
	}
}

// beside returns a path relative to the folder of the file that contains it.
func beside(file, path string) string {
	if path == "" || path == "-" || filepath.IsAbs(path) || strings.Contains(path, "://") {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}

// where returns the source of a setting in parentheses, for error messages.
func (c *config) where(name string) string {
	switch origin := c.origins[name]; origin {
	case "", "flag":
		return ""
	default:
		return " (" + origin + ")"
	}
}
