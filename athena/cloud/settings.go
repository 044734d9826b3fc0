// Package cloud opens the services of an AWS account for a lake, according to
// the program's flags, and describes Athena and Glue as engines. It sends no
// request to AWS before one of its methods is called.
package cloud

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"stedi/athena"
	"stedi/athena/catalog"
	"stedi/athena/glue"
	"stedi/athena/s3"
	"stedi/pipeline"
	"stedi/pipeline/engines/registry"
)

// DefaultDatabase is the default database of a lake.
const DefaultDatabase = "stedi"

// Settings are the flags for an account and its services.
type Settings struct {
	Region    string
	Profile   string
	Endpoint  string
	Database  string
	Workgroup string
	maxScan   string
	stages    bool
	scanned   price   // US dollars per terabyte
	worked    price   // US dollars per DPU-hour
	asks      *asking // nil: a code cannot be asked for
	ledger    *athena.Ledger
}

// AccountFlags adds the flags that select the account.
func (s *Settings) AccountFlags(flags *pflag.FlagSet) {
	flags.StringVar(&s.Region, "region", "", "region of a lake in S3 (default: that of the environment or of ~/.aws)")
	flags.StringVar(&s.Profile, "aws-profile", "", "profile in ~/.aws whose credentials are used")
	flags.StringVar(&s.Endpoint, "endpoint", "", "another server than Amazon's, such as http://127.0.0.1:9000")
}

func (s *Settings) queryFlags() *pflag.FlagSet {
	flags := pflag.NewFlagSet(athena.Name, pflag.ContinueOnError)
	flags.StringVar(&s.Database, "database", "", "database of the Glue catalog (default: the one the lake was deployed with, or "+DefaultDatabase+"); Athena reads it without --lake")
	flags.StringVar(&s.Workgroup, "workgroup", "primary", "Athena workgroup")
	flags.StringVar(&s.maxScan, "max-scan", "", "most that one Athena query may read, and all queries of a check together, such as 10GB (default: the workgroup's own limit)")
	flags.BoolVar(&s.stages, "count-stages", true, "on Athena, count the rows of every stage, which reads a transform's inputs once more")
	s.ledger = &athena.Ledger{}
	s.scanned = price(athena.DefaultPrice.PerTB)
	flags.Var(&s.scanned, "price-per-tb", "price of a scanned terabyte in Athena, in US dollars")
	return flags
}

func (s *Settings) jobFlags() *pflag.FlagSet {
	flags := pflag.NewFlagSet(glue.Name, pflag.ContinueOnError)
	s.worked = price(glue.DefaultPrice.PerDPUHour)
	flags.Var(&s.worked, "price-per-dpu-hour", "price of a DPU-hour in Glue, in US dollars")
	return flags
}

// queryPrice returns the default price with the value of --price-per-tb.
func (s *Settings) queryPrice() athena.Price {
	p := athena.DefaultPrice
	p.PerTB = float64(s.scanned)
	return p
}

func (s *Settings) jobPrice() glue.Price {
	p := glue.DefaultPrice
	p.PerDPUHour = float64(s.worked)
	return p
}

// price is an amount of US dollars, as a flag.
type price float64

func (p *price) String() string { return strconv.FormatFloat(float64(*p), 'f', -1, 64) }

// Type returns the name of the value in the help text.
func (p *price) Type() string { return "USD" }

// Set parses a price. It rejects infinities and NaN.
func (p *price) Set(text string) error {
	amount, err := strconv.ParseFloat(text, 64)
	if err != nil || !(amount >= 0 && amount < 1e6) {
		return errors.New("want an amount of US dollars, such as 5 or 0.44")
	}
	*p = price(amount)
	return nil
}

// Catalog opens the catalog of a deployed lake. It fails if --database names
// another database than the deployed one.
func (s *Settings) Catalog(ctx context.Context, lake registry.Place) (*catalog.Catalog, error) {
	recorded := lake.Authority.Database
	if s.Database != "" && recorded != "" && s.Database != recorded {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Leave --database out, or `stedi destroy` the lake first.", "the lake was deployed to the database %s", recorded)
	}
	config, err := s.Account(ctx)
	if err != nil {
		return nil, err
	}
	return catalog.Open(config, cmp.Or(s.Database, recorded, DefaultDatabase), lake.Root), nil
}

// Jobs opens the Glue jobs of a deployed lake.
func (s *Settings) Jobs(ctx context.Context, lake *pipeline.Lake, files pipeline.Files, place registry.Place, database string) (*glue.Jobs, error) {
	config, err := s.Account(ctx)
	if err != nil {
		return nil, err
	}
	return glue.Open(config, lake, files, place.Root, glue.Options{
		Prefix: place.Authority.JobPrefix, Role: place.Authority.Role, Database: database, Price: s.jobPrice(),
	}), nil
}

// resultsFolder holds the results of queries until they are closed.
const resultsFolder = ".stedi/staging/results/"

// client opens Athena for a lake.
func (s *Settings) client(ctx context.Context, env *registry.Env, database string) (*athena.Client, error) {
	config, err := s.Account(ctx)
	if err != nil {
		return nil, err
	}
	limit, err := registry.Size("max-scan", s.maxScan)
	if err != nil {
		return nil, err
	}
	output := ""
	if env.InS3() {
		output = strings.TrimSuffix(env.Root, "/") + "/" + resultsFolder
	}
	tables, readOnly := discovered(env)
	return athena.Open(ctx, config, athena.Options{
		Database: database, Workgroup: s.Workgroup, Output: output, ReadOnly: readOnly,
		Discard: func(ctx context.Context, urls ...string) error { return s3.Remove(ctx, config, urls...) },
		MaxScan: limit, Price: s.queryPrice(), Ledger: s.ledger,
		Size: func(ctx context.Context, t *pipeline.Table) (int64, error) {
			if isView(tables, t) {
				return -1, nil
			}
			return env.SizeOf(ctx, t.Name)
		},
		Estimate: func(ctx context.Context, sql string) (int64, error) {
			statement, err := env.Embedded.Parse(ctx, sql)
			if err != nil {
				return 0, err
			}
			return env.SizeOf(ctx, lakeTables(env, tables, statement.Tables)...)
		},
	})
}

// isView reports whether a table is a view, of which the catalog does not say
// what it reads.
func isView(tables *catalog.Found, t *pipeline.Table) bool {
	if tables == nil {
		return false
	}
	found, ok := tables.Table(t)
	return ok && found.Kind == catalog.View
}

// deployed returns a function that returns an error if a lake is not in S3 or
// is not deployed.
func deployed(engine string) func(registry.Place) error {
	return func(lake registry.Place) error {
		switch {
		case lake.InCatalog():
			return catalog.Refusal(strings.TrimPrefix(lake.Root, registry.CatalogScheme))
		case !lake.InS3():
			return local(engine, lake)
		case lake.Authority.Catalog == "":
			return pipeline.Fail(pipeline.BadUsage, "", "`stedi deploy --lake "+lake.Root+"` registers the tables with Athena.", "the lake has no catalog yet")
		}
		return nil
	}
}

// catalogued says why Athena cannot read a lake, or nothing.
func catalogued(lake registry.Place) error {
	if !lake.InS3() && !lake.InCatalog() {
		return local(athena.Name, lake)
	}
	return nil
}

func local(engine string, lake registry.Place) error {
	fix := "Copy it to S3: `stedi deploy --from " + lake.Root + " --lake s3://BUCKET/PREFIX`."
	if engine == athena.Name {
		fix += " To read the tables of a Glue database instead, leave --lake out and name it with --database."
	}
	return pipeline.Fail(pipeline.BadUsage, "", fix, "the engine %s needs a lake in S3, and this one is in %s", engine, lake.Root)
}
