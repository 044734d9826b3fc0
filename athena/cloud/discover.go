package cloud

import (
	"cmp"
	"context"
	"regexp"
	"strings"

	"stedi/athena/catalog"
	"stedi/athena/found"
	"stedi/pipeline"
	"stedi/pipeline/engines/registry"
)

// home is the database that --database names, as a lake.
func (s *Settings) home() string {
	if s.Database == "" {
		return ""
	}
	return registry.CatalogScheme + s.Database
}

// databaseOf is the database that a lake is read from.
func (s *Settings) databaseOf(lake registry.Place) (string, error) {
	named, ok := strings.CutPrefix(lake.Root, registry.CatalogScheme)
	switch {
	case !ok:
		return cmp.Or(s.Database, DefaultDatabase), nil
	case s.Database != "" && s.Database != named:
		return "", pipeline.Fail(pipeline.BadUsage, "", "Leave one of both out.", "--lake names the database %s, and --database %s", named, s.Database)
	default:
		return named, nil
	}
}

// discover looks for the tables of a lake in a database, managed or not.
func (s *Settings) discover(ctx context.Context, env *registry.Env) (*registry.Discovered, error) {
	database, err := s.databaseOf(env.Place)
	if err != nil {
		return nil, err
	}
	config, err := s.Account(ctx)
	if err != nil {
		return nil, err
	}
	c := catalog.Open(config, database, env.Root)
	tables, err := c.Find(ctx, env.Lake, env.Places)
	if err != nil {
		return nil, err
	}
	return &registry.Discovered{
		Store: found.New(config, env.Folder, env.Lake, tables), Own: tables, Notes: tables.Notes(env.Lake),
		Location: func(table string) string { return tables.Tables[table].Location },
		Browse: func(ctx context.Context) ([]pipeline.CatalogTable, error) {
			now, err := c.Find(ctx, env.Lake, env.Places)
			if err != nil {
				return nil, err
			}
			return now.All, nil
		},
	}, nil
}

// discovered are the tables that discover has found.
func discovered(env *registry.Env) (*catalog.Found, bool) {
	if env.Discovered == nil {
		return nil, false
	}
	tables, ok := env.Discovered.Own.(*catalog.Found)
	return tables, ok
}

// lakeTables are the names that the lake has for tables of the catalog. Others
// stay as they are.
func lakeTables(env *registry.Env, tables *catalog.Found, names []string) []string {
	if tables == nil {
		return names
	}
	var known []string
	for _, name := range names {
		if env.Lake.Table(name) == nil {
			name = cmp.Or(tables.LakeTable(name), name)
		}
		known = append(known, name)
	}
	return known
}

// reads says which tables of the lake a statement reads. One that the embedded
// parser does not take, for it is Athena's own dialect, reads those whose names
// occur in it.
func reads(env *registry.Env) func(ctx context.Context, sql string) []*pipeline.Table {
	return func(ctx context.Context, sql string) []*pipeline.Table {
		var names []string
		statement, err := env.Embedded.Parse(ctx, sql)
		if err == nil {
			names = statement.Tables
		} else {
			names = word.FindAllString(sql, -1)
		}
		var tables []*pipeline.Table
		for _, t := range env.Lake.Tables {
			for _, name := range names {
				if strings.EqualFold(name, t.Name) {
					tables = append(tables, t)
					break
				}
			}
		}
		return tables
	}
}

var word = regexp.MustCompile(`\w+`)
