package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"stedi/athena/catalog"
	"stedi/athena/s3"
	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/engines/registry"
	"stedi/tui"
)

// offerTime is how long the lists of an account may take.
const offerTime = 15 * time.Second

// offers lists the lakes and the variants that the screens can open. What an
// account has comes later.
func (p *program) offers(context.Context) *tui.Offers {
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
	if named, any := p.hasAccount(); any {
		local := o.Lakes
		o.More = func(ctx context.Context) *tui.Offers {
			more := p.accountOffers(ctx, named)
			more.Lakes = slices.DeleteFunc(more.Lakes, func(l tui.LakeChoice) bool {
				return slices.ContainsFunc(local, func(k tui.LakeChoice) bool { return k.Name == l.Name })
			})
			return more
		}
	}
	return o
}

// accountOffers lists the buckets, the folders in them and the databases of the
// account. Missing credentials are noted only if the account is named.
func (p *program) accountOffers(ctx context.Context, named bool) *tui.Offers {
	o := &tui.Offers{}
	ctx, stop := context.WithTimeoutCause(ctx, offerTime, fmt.Errorf("no answer within %v", offerTime))
	defer stop()
	note := func(what string, err error) {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		o.Notes = append(o.Notes, what+": "+err.Error())
	}
	config, err := p.config.account.Account(ctx)
	if err != nil {
		if named {
			note("buckets and databases cannot be listed", err)
		}
		return o
	}
	var databases []string
	var noDatabases error
	var group errgroup.Group
	group.Go(func() error {
		databases, noDatabases = catalog.Databases(ctx, config)
		return nil
	})
	buckets, err := s3.Buckets(ctx, config)
	if err != nil {
		note("buckets cannot be listed", err)
	}
	o.Lakes = lakesInBuckets(buckets, s3.Lakes(ctx, config, buckets))
	_ = group.Wait() // the error is in noDatabases
	if noDatabases != nil {
		note("databases cannot be listed", noDatabases)
	}
	for _, name := range databases {
		name = registry.CatalogScheme + name
		o.Lakes = append(o.Lakes, tui.LakeChoice{Name: name, Label: name, Kind: "database"})
	}
	return o
}

// lakesInBuckets returns each bucket, with the folders in it that may be lakes.
func lakesInBuckets(buckets []string, folders map[string][]string) (lakes []tui.LakeChoice) {
	for _, bucket := range buckets {
		name := "s3://" + bucket
		lakes = append(lakes, tui.LakeChoice{Name: name, Label: name, Kind: "bucket"})
		for _, folder := range folders[bucket] {
			name := name + "/" + folder
			lakes = append(lakes, tui.LakeChoice{Name: name, Label: name, Kind: "in a bucket"})
		}
	}
	return lakes
}

// hasAccount reports whether an account of AWS is named, and whether there may be
// one, because the files of AWS's settings exist. Without either, AWS is not
// called: it may take seconds to find out that there are no credentials.
func (p *program) hasAccount() (named, any bool) {
	if isURL(p.config.lake) || p.config.account.Profile != "" || p.config.account.Region != "" || p.config.account.Endpoint != "" {
		return true, true
	}
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
	} {
		if value, _ := p.env(name); value != "" {
			return true, true
		}
	}
	home, _ := p.env("HOME")
	for name, usual := range map[string]string{"AWS_SHARED_CREDENTIALS_FILE": "credentials", "AWS_CONFIG_FILE": "config"} {
		file, set := p.env(name)
		if !set && home != "" {
			file = filepath.Join(home, ".aws", usual)
		}
		if info, err := os.Stat(file); err == nil && info.Size() > 0 {
			return false, true
		}
	}
	return false, false
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
