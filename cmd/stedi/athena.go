package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"stedi/athena"
	"stedi/athena/catalog"
	"stedi/athena/glue"
	"stedi/pipeline"
	"stedi/pipeline/query"
)

// defaultDatabase is the database of a lake that names none.
const defaultDatabase = "stedi"

// athenaFlags say how Athena is asked.
type athenaFlags struct {
	database  string
	workgroup string
	maxScan   string
	stages    bool
	scanned   priceFlag // a terabyte
	worked    priceFlag // an hour of a DPU
}

func (a *athenaFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&a.database, "database", "", "database of the Glue catalog (default: the one the lake was deployed with, or "+defaultDatabase+")")
	flags.StringVar(&a.workgroup, "workgroup", "primary", "Athena workgroup")
	flags.StringVar(&a.maxScan, "max-scan", "", "most that one Athena query may read, such as 10GB (default: the workgroup's own limit)")
	flags.BoolVar(&a.stages, "count-stages", true, "on Athena, count the rows of every stage, which reads a transform's inputs again")
	a.scanned, a.worked = priceFlag(athena.DefaultPrice.PerTB), priceFlag(glue.DefaultPrice.PerDPUHour)
	flags.Var(&a.scanned, "price-per-tb", "what Athena asks for a terabyte that a query scans, in US dollars")
	flags.Var(&a.worked, "price-per-dpu-hour", "what Glue asks for an hour of a DPU, in US dollars")
}

// queryPrice and jobPrice are the usual prices but for what was said of them.
func (a *athenaFlags) queryPrice() athena.Price {
	price := athena.DefaultPrice
	price.PerTB = float64(a.scanned)
	return price
}

func (a *athenaFlags) jobPrice() glue.Price {
	price := glue.DefaultPrice
	price.PerDPUHour = float64(a.worked)
	return price
}

// priceFlag is an amount of US dollars.
type priceFlag float64

func (p *priceFlag) String() string { return strconv.FormatFloat(float64(*p), 'f', -1, 64) }

// Type is the word that help has for the value.
func (p *priceFlag) Type() string { return "USD" }

// Set takes what can be a price: neither infinities nor what is not a number.
func (p *priceFlag) Set(text string) error {
	amount, err := strconv.ParseFloat(text, 64)
	if err != nil || !(amount >= 0 && amount < 1e6) {
		return errors.New("want an amount of US dollars, such as 5 or 0.44")
	}
	*p = priceFlag(amount)
	return nil
}

// arguments are the flags again, for a process of the same program.
func (a *athenaFlags) arguments() []string {
	args := []string{
		"--workgroup=" + a.workgroup, fmt.Sprintf("--count-stages=%t", a.stages),
		"--price-per-tb=" + a.scanned.String(), "--price-per-dpu-hour=" + a.worked.String(),
	}
	for flag, value := range map[string]string{"database": a.database, "max-scan": a.maxScan} {
		if value != "" {
			args = append(args, "--"+flag+"="+value)
		}
	}
	return args
}

// catalogue makes the store one whose tables lie where the Glue catalog says,
// if the lake was deployed, and opens the engine that was asked for.
func (p *program) catalogue(ctx context.Context, o *opened) error {
	o.runs = o.engine
	asked := p.config.engine != "duckdb"
	if !inS3(o.root) {
		if asked {
			return pipeline.Fail(pipeline.BadUsage, "", "`stedi deploy --from "+o.root+" --lake s3://BUCKET/PREFIX` puts it there.", "the engine %s needs a lake in S3, and this one lies in %s", p.config.engine, o.root)
		}
		return nil
	}
	authority, err := pipeline.AuthorityOf(ctx, o.store)
	if err != nil {
		return err
	}
	if authority.Catalog == "" {
		if asked {
			return pipeline.Fail(pipeline.BadUsage, "", "`stedi deploy --lake "+o.root+"` makes the tables known to Athena.", "the lake has no catalog yet")
		}
		return nil
	}
	if o.tables, err = p.openCatalog(ctx, o.root, authority); err != nil {
		return err
	}
	o.store, o.publisher = pipeline.ByCatalog(o.store, o.tables, o.lake)
	if !asked {
		return nil
	}
	client, err := p.openAthena(ctx, o)
	if err != nil {
		return err
	}
	queries := client.Engine(o.tables, o.root, p.config.athena.stages)
	o.runs = queries
	if p.config.engine == "glue" {
		o.runs, err = p.glueEngine(ctx, o, authority, queries)
	}
	return err
}

func (p *program) openCatalog(ctx context.Context, root string, authority pipeline.Authority) (*catalog.Catalog, error) {
	named := p.config.athena.database
	if named != "" && authority.Database != "" && named != authority.Database {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Leave --database out, or `stedi destroy` the lake first.", "the lake was deployed to the database %s", authority.Database)
	}
	config, err := p.config.amazon.open(ctx)
	if err != nil {
		return nil, err
	}
	return catalog.Open(config, cmp.Or(named, authority.Database, defaultDatabase), root), nil
}

// resultsFolder is where the results of queries rest until the next run.
const resultsFolder = ".stedi/staging/results/"

func (p *program) openAthena(ctx context.Context, o *opened) (*athena.Client, error) {
	config, err := p.config.amazon.open(ctx)
	if err != nil {
		return nil, err
	}
	limit, err := sizeOf("max-scan", p.config.athena.maxScan)
	if err != nil {
		return nil, err
	}
	return athena.Open(ctx, config, athena.Options{
		Database: o.tables.Database(), Workgroup: p.config.athena.workgroup, Output: strings.TrimSuffix(o.root, "/") + "/" + resultsFolder,
		MaxScan: limit, Estimate: o.estimate, Price: p.config.athena.queryPrice(),
	})
}

// querier asks one of the engines about the tables as they are at each query.
// Of those Glue answers none: Athena does it for its tables.
func (p *program) querier(ctx context.Context, o *opened, engine string, options query.Options) (pipeline.Querier, error) {
	if cmp.Or(engine, p.config.engine) == "duckdb" {
		return fresh{query.Open(o.lake, nil, o.folder, options), o}, nil
	}
	if o.tables == nil {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "`stedi deploy` makes the tables of a lake in S3 known to it.", "Athena does not know this lake")
	}
	client, err := p.openAthena(ctx, o)
	if err != nil {
		return nil, err
	}
	return client.Querier(), nil
}

// engines are those that can answer queries about the lake, the usual one
// first.
func (p *program) engines(o *opened) []string {
	if o.tables == nil {
		return []string{"duckdb"}
	}
	if p.config.engine == "duckdb" {
		return []string{"duckdb", "athena"}
	}
	return []string{"athena", "duckdb"}
}

// wouldScan says what it takes to make a table: its transform, its guards, and
// the count of its stages. Tables that would be made anew are taken to be as
// large as they are now.
func (o *opened) wouldScan(ctx context.Context, t *pipeline.Table, price athena.Price, stages bool) (*scan, error) {
	inputs, err := o.sizeOf(ctx, t.Made.Inputs...)
	if err != nil {
		return nil, err
	}
	s := &scan{ScanBytes: inputs, CostUSD: price.Cost(inputs)}
	for _, c := range o.lake.Checks {
		if c.Guard && c.Table == t.Name {
			bytes, err := o.sizeOf(ctx, c.Inputs...)
			if err != nil {
				return nil, err
			}
			s.ScanBytes += bytes
			s.CostUSD += price.Cost(bytes)
		}
	}
	if s.CountBytes, err = o.sizeOf(ctx, t.Name); err != nil {
		return nil, err
	}
	if stages && len(t.Made.Stages) > 0 {
		s.CountBytes += inputs
	}
	s.CostUSD += price.Cost(s.CountBytes)
	return s, nil
}

// sizeOf is how large tables are together.
func (o *opened) sizeOf(ctx context.Context, tables ...string) (int64, error) {
	total := int64(0)
	for _, name := range tables {
		t := o.lake.Table(name)
		if t == nil {
			return 0, fmt.Errorf("how large %s is is not known", name)
		}
		files, err := o.store.List(ctx, t.Path)
		if err != nil {
			return 0, err
		}
		for _, f := range files {
			total += f.Size
		}
	}
	return total, nil
}

// printScans says what a plan on Athena would cost, if it is one.
func (p *program) printScans(steps []planStep) error {
	var all scan
	known := false
	for _, s := range steps {
		if s.scan != nil {
			known = true
			all.ScanBytes += s.ScanBytes
			all.CountBytes += s.CountBytes
			all.DPUSeconds += s.DPUSeconds
			all.CostUSD += s.CostUSD
		}
	}
	if !known {
		return nil
	}
	if p.config.engine == "glue" {
		return p.printWork(steps, all)
	}
	_, err := fmt.Fprintf(p.stdout, "\nAthena would scan about %s bytes, and %s to count rows (fewer with --count-stages=false): $%.4f.\n",
		thousands(all.ScanBytes), thousands(all.CountBytes), all.CostUSD)
	return err
}

// estimate is how large the tables are that a query reads.
func (o *opened) estimate(ctx context.Context, sql string) (int64, error) {
	statement, err := o.engine.Parse(ctx, sql)
	if err != nil {
		return 0, err
	}
	return o.sizeOf(ctx, statement.Tables...)
}

// strictly refuses what the readers of remote engines cannot do.
func (p *program) strictly(flags runFlags) error {
	if p.config.engine != "duckdb" && flags.maxRejects.Limit != (pipeline.Limit{}) {
		return pipeline.Fail(pipeline.BadUsage, "", "Run with --engine duckdb, or mend the lines.", "the engine %s cannot leave malformed lines out, so --max-rejects must be 0", p.config.engine)
	}
	return nil
}

// tellUsage says what a query took, if it cost something.
func (p *program) tellUsage(rows pipeline.Rows) {
	u := pipeline.UsageOf(rows)
	if u.QueryID == "" {
		return
	}
	narrate(p.stderr, fmt.Sprintf("query %s: %.1f s in the queue, %.1f s to run, %s bytes scanned, $%.6f\n",
		u.QueryID, u.Queued.Seconds(), u.Ran.Seconds(), thousands(u.ScannedBytes), u.CostUSD))
}
