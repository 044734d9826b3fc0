package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"stedi/athena/cloud"
	"stedi/pipeline/engines"
	"stedi/pipeline/engines/registry"
	"stedi/tui"
)

// offering is a program with a state folder of its own and folders beside the
// lake.
func offering(t *testing.T) (p *program, folder string) {
	t.Helper()
	folder = t.TempDir()
	for _, name := range []string{"a/customer/landing", "b/.stedi", "[c]/landing", "definition/landing", "definition/transforms", "empty"} {
		if err := os.MkdirAll(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{"XDG_STATE_HOME": filepath.Join(folder, "state"), "HOME": folder}
	p = &program{process: process{env: func(name string) (string, bool) { text, ok := env[name]; return text, ok }}}
	p.config.lake, p.config.origins = filepath.Join(folder, "a"), map[string]string{}
	p.config.engines = engines.All(&cloud.Settings{})
	p.config.engine = p.config.engines[0].Name
	return p, folder
}

func TestOffersAreRecentLakesAndTheFoldersBeside(t *testing.T) {
	p, folder := offering(t)
	t.Chdir(filepath.Join(folder, "empty"))
	for _, name := range []string{"/x", "s3://bucket/lake", "/x"} {
		p.visited(name)
	}
	got := p.offers(t.Context())
	want := []tui.LakeChoice{
		{Name: "/x", Label: "/x", Kind: "recent"},
		{Name: "s3://bucket/lake", Label: "s3://bucket/lake", Kind: "recent"},
		{Name: filepath.Join(folder, "[c]"), Label: "~/[c]", Kind: "folder"},
		{Name: filepath.Join(folder, "a"), Label: "~/a", Kind: "folder"},
		{Name: filepath.Join(folder, "b"), Label: "~/b", Kind: "folder"},
	}
	if !slices.Equal(got.Lakes, want) {
		t.Errorf("the lakes are\n%v\ninstead of\n%v", got.Lakes, want)
	}
	if !slices.Equal(got.Variants, []string{"per_customer", "strict"}) {
		t.Errorf("the variants are %v", got.Variants)
	}
	if got.More != nil {
		t.Error("without an account, one is listed")
	}
	for range 30 {
		p.visited(filepath.Join("/", "y", t.Name()))
	}
	if err := os.WriteFile(p.recentFile(), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := p.recentLakes(); got != nil {
		t.Errorf("a damaged list has %v", got)
	}
}

func TestAnotherLakeHasAnEngineThatReadsIt(t *testing.T) {
	p, folder := offering(t)
	local := p.config.engine
	p.switchTo(tui.Switch{Lake: "glue://sales"})
	if p.config.lake != "glue://sales" || p.config.engine == local {
		t.Errorf("%s is read by %s", p.config.lake, p.config.engine)
	}
	p.switchTo(tui.Switch{Lake: "~/b", Variants: []string{"strict"}, Screen: "Checks"})
	if p.config.lake != filepath.Join(folder, "b") || p.screenAt != "Checks" || !slices.Equal(p.config.profile, []string{"strict"}) {
		t.Errorf("the lake is %s with %v at %s", p.config.lake, p.config.profile, p.screenAt)
	}
	if p.selected().SupportsLake(registry.Place{Root: p.config.lake}) != nil {
		t.Errorf("%s cannot read %s", p.config.engine, p.config.lake)
	}
}
