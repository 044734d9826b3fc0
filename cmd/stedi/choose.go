package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"stedi/athena/catalog"
	"stedi/athena/s3"
	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/engines/registry"
	"stedi/tui"
)

// offerTime is how long the lists of an account may take.
const offerTime = 15 * time.Second

// offers lists the lakes and the variants that the screens can open.
func (p *program) offers(ctx context.Context) *tui.Offers {
	o := &tui.Offers{Variants: definition.Profiles(p.definition())}
	add := func(kind string, names ...string) {
		for _, name := range names {
			if !slices.ContainsFunc(o.Lakes, func(l tui.LakeChoice) bool { return l.Name == name }) {
				o.Lakes = append(o.Lakes, tui.LakeChoice{Name: name, Label: p.shortPath(name), Kind: kind})
			}
		}
	}
	add("recent", p.recentLakes()...)
	add("folder", p.lakesBeside()...)
	if !p.hasAccount() {
		return o
	}
	ctx, stop := context.WithTimeout(ctx, offerTime)
	defer stop()
	config, err := p.config.account.Account(ctx)
	if err != nil {
		o.Notes = append(o.Notes, "no buckets and databases: "+err.Error())
		return o
	}
	buckets, err := s3.Buckets(ctx, config)
	if err != nil {
		o.Notes = append(o.Notes, "no buckets: "+err.Error())
	}
	for _, name := range buckets {
		add("bucket", "s3://"+name)
	}
	databases, err := catalog.Databases(ctx, config)
	if err != nil {
		o.Notes = append(o.Notes, "no databases: "+err.Error())
	}
	for _, name := range databases {
		add("database", registry.CatalogScheme+name)
	}
	return o
}

// hasAccount reports whether an account of AWS is named. Without that nothing is
// sent: finding out that there are no credentials may take seconds.
func (p *program) hasAccount() bool {
	if isURL(p.config.lake) || p.config.account.Profile != "" || p.config.account.Region != "" {
		return true
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"} {
		if value, _ := p.env(name); value != "" {
			return true
		}
	}
	return false
}

// lakesBeside are the folders beside the current lake, and in the working folder,
// that look like lakes.
func (p *program) lakesBeside() []string {
	var parents, found []string
	if absolute, err := filepath.Abs(p.config.lake); err == nil && !isURL(p.config.lake) && !p.config.demo {
		parents = append(parents, filepath.Dir(absolute))
	}
	if here, err := os.Getwd(); err == nil {
		parents = append(parents, here)
	}
	for _, parent := range parents {
		entries, err := os.ReadDir(parent)
		if err != nil {
			continue // what cannot be read is not offered
		}
		for _, e := range entries {
			if name := filepath.Join(parent, e.Name()); e.IsDir() && looksLikeLake(name) && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	return found
}

// looksLikeLake reports whether a folder has the state of a lake, or a landing
// zone.
func looksLikeLake(folder string) bool {
	if _, err := os.Stat(filepath.Join(folder, "transforms")); err == nil {
		return false // a definition
	}
	for _, pattern := range []string{pipeline.StateFolder, pipeline.Landing, "*/" + pipeline.Landing} {
		if found, err := filepath.Glob(filepath.Join(escapeGlob(folder), pattern)); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}

// escapeGlob quotes what has a meaning in a pattern.
func escapeGlob(name string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(name)
}

// mostRecent is how many lakes are remembered.
const mostRecent = 20

// recentFile is the list of the lakes that were opened last, or "" without a
// state folder.
func (p *program) recentFile() string {
	if memory := p.memoryFile(""); memory != "" {
		return filepath.Join(filepath.Dir(filepath.Dir(memory)), "recent.json")
	}
	return ""
}

// recentLakes are the lakes that were opened last, the newest first. A damaged
// list counts as empty.
func (p *program) recentLakes() (names []string) {
	text, err := os.ReadFile(p.recentFile())
	if err != nil || json.Unmarshal(text, &names) != nil {
		return nil
	}
	return names
}

// visited puts a lake at the start of the list. If that cannot be written, the
// list stays as it is.
func (p *program) visited(name string) {
	file := p.recentFile()
	if file == "" || p.config.demo {
		return
	}
	names := slices.DeleteFunc(p.recentLakes(), func(n string) bool { return n == name })
	names = append([]string{name}, names...)
	text, err := json.Marshal(names[:min(len(names), mostRecent)])
	if err != nil || os.MkdirAll(filepath.Dir(file), 0o700) != nil {
		return
	}
	_ = os.WriteFile(file, append(text, '\n'), 0o600)
}

// switchTo takes another lake, or other variants, in place of the current ones.
func (p *program) switchTo(next tui.Switch) {
	p.config.profile, p.screenAt = next.Variants, next.Screen
	if next.Lake == "" {
		return
	}
	name := plainS3(next.Lake)
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		home, _ := p.env("HOME")
		name = filepath.Join(home, rest)
	}
	p.config.lake, p.config.demo = name, false
	p.config.origins["lake"] = "screen"
	place := registry.Place{Root: name}
	if p.selected().SupportsLake(place) == nil {
		return
	}
	for i := range p.config.engines {
		if e := &p.config.engines[i]; e.SupportsLake(place) == nil {
			p.config.engine = e.Name
			return
		}
	}
}
