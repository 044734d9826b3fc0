// Package athena runs a lake's SQL on Amazon Athena.
//
//	client, err := athena.Open(ctx, config, athena.Options{Database: "stedi", Workgroup: "primary"})
//	rows, err := client.Query(ctx, "SELECT count(*) FROM customer_trusted")
//
// Every query has a token, so a retry after a lost reply does not start a
// second query. Cancelling the context stops the query in Athena. Every result
// includes the scanned bytes and their cost. Results of earlier queries are
// never reused, because Athena does not notice changed data.
package athena

import (
	"cmp"
	"context"
	"embed"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"stedi/athena/account"
	"stedi/pipeline"
	"stedi/pipeline/sqlquote"
)

// Options configure where queries run and how much they may use.
type Options struct {
	Database  string
	Workgroup string // empty: primary
	// Output is the S3 location of results, such as
	// s3://bucket/prefix/.stedi/athena/. If it is empty, the workgroup's
	// location is used.
	Output string
	// ReadOnly: no table is built, so the workgroup's own place for results is
	// used where it has one.
	ReadOnly bool
	// Discard deletes result files, given by their URLs, from Output when their
	// query is closed. If it is nil, they stay until a sweep removes them.
	Discard func(ctx context.Context, urls ...string) error
	// MaxScan is how many bytes one query may read, and all counts and checks of
	// a check or of a step together; 0: as many as they like.
	MaxScan int64
	// Estimate returns the most bytes that a query can scan, so that a query
	// over the limit is not started. If it is nil or fails, the size is
	// unknown.
	Estimate func(ctx context.Context, sql string) (int64, error)
	// Size returns the bytes of a table of the lake; less than 0 means that they
	// are unknown. If it is nil, no size is known.
	Size func(ctx context.Context, table *pipeline.Table) (int64, error)
	// Deadline is the longest time of a query, including its time in the queue;
	// 0 means half an hour.
	Deadline time.Duration
	// Poll is the first and shortest wait between two polls of a query; 0 means
	// a tenth of a second.
	Poll  time.Duration
	Price Price
	// Ledger adds up what the queries of several clients have used. If it is
	// nil, this client has its own.
	Ledger *Ledger
}

// Price is the price of scanned data. The zero value means DefaultPrice.
type Price struct {
	PerTB float64 // US dollars per 10^12 scanned bytes
	Least int64   // smallest number of bytes that a query is charged for
}

// DefaultPrice is the price in us-east-1 in November 2026. DDL and failed
// queries are free.
var DefaultPrice = Price{PerTB: 5, Least: 10_000_000}

// Cost returns the price of a query in US dollars.
func (p Price) Cost(scanned int64) float64 {
	return float64(max(scanned, p.Least)) * p.PerTB / 1e12
}

// Client runs queries on Athena. Its methods are safe for concurrent use.
type Client struct {
	api      *athena.Client
	options  Options
	together int64 // bytes that counts and checks may read together; 0: any number
	group    Workgroup
}

// Workgroup is what the settings of a workgroup mean for queries.
type Workgroup struct {
	Name string
	// Managed: Athena keeps results itself and refuses a request that names a
	// location for them.
	Managed bool
	// Enforced: the workgroup overrides the location of results, and refuses
	// CREATE TABLE AS with an external_location.
	Enforced bool
	Location string // the workgroup's own location of results; empty: none
	Output   string // where results go, unless Athena keeps them
}

// Workgroup returns what the settings of the workgroup mean.
func (c *Client) Workgroup() Workgroup { return c.group }

// Inserts reports whether tables are built by INSERT INTO a table that was
// created before. Such a statement names no location, so every kind of
// workgroup accepts it.
func (w Workgroup) Inserts() bool { return w.Managed || w.Enforced }

func (w Workgroup) String() string {
	build := "; tables are built by CREATE TABLE AS"
	if w.Inserts() {
		build = "; tables are built by INSERT INTO"
	}
	switch {
	case w.Managed:
		return "Athena keeps query results itself, for 24 hours" + build
	case w.Enforced:
		return "it enforces query results in " + w.Location + ", where stedi does not delete them" + build + ", since it forbids external_location"
	default:
		return "query results go to " + w.Output + build
	}
}

// Open checks the workgroup and returns a client. It fails if the workgroup is
// missing or disabled, or if there is no location for results.
func Open(ctx context.Context, config aws.Config, options Options) (*Client, error) {
	options.Workgroup = cmp.Or(options.Workgroup, "primary")
	options.Deadline = cmp.Or(options.Deadline, 30*time.Minute)
	options.Poll = cmp.Or(options.Poll, time.Second/10)
	if options.Price == (Price{}) {
		options.Price = DefaultPrice
	}
	if options.Ledger == nil {
		options.Ledger = &Ledger{}
	}
	c := &Client{api: athena.NewFromConfig(config), options: options, together: options.MaxScan}
	return c, c.preflight(ctx)
}

func (c *Client) preflight(ctx context.Context) error {
	name := c.options.Workgroup
	out, err := c.api.GetWorkGroup(ctx, &athena.GetWorkGroupInput{WorkGroup: &name})
	if account.Is(err, "InvalidRequestException") {
		return pipeline.Fail(pipeline.BadUsage, "", "Name one that exists with --workgroup.", "there is no workgroup %s", name)
	}
	if err != nil {
		return account.Explain(err, "look at the workgroup "+name)
	}
	group := out.WorkGroup
	if group.State == types.WorkGroupStateDisabled {
		return pipeline.Fail(pipeline.BadUsage, "", "Enable it, or name another one with --workgroup.", "the workgroup %s is disabled", name)
	}
	settings := group.Configuration
	if settings == nil {
		settings = &types.WorkGroupConfiguration{}
	}
	if version := settings.EngineVersion; version != nil && strings.Contains(aws.ToString(version.EffectiveEngineVersion), "Spark") {
		return pipeline.Fail(pipeline.BadUsage, "", "Name a workgroup of Athena SQL with --workgroup.", "the workgroup %s runs no SQL, but notebooks (%s)", name, *version.EffectiveEngineVersion)
	}
	output := ""
	if settings.ResultConfiguration != nil {
		output = aws.ToString(settings.ResultConfiguration.OutputLocation)
	}
	if limit := aws.ToInt64(settings.BytesScannedCutoffPerQuery); limit > 0 && (c.options.MaxScan == 0 || limit < c.options.MaxScan) {
		c.options.MaxScan = limit
	}
	return c.settleResults(settings, output)
}

// settleResults decides where results go. The workgroup names output, or no
// location.
func (c *Client) settleResults(settings *types.WorkGroupConfiguration, output string) error {
	g := Workgroup{
		Name: c.options.Workgroup, Location: output,
		Managed:  settings.ManagedQueryResultsConfiguration != nil && settings.ManagedQueryResultsConfiguration.Enabled,
		Enforced: aws.ToBool(settings.EnforceWorkGroupConfiguration) && output != "",
	}
	if g.Inserts() || c.options.ReadOnly && output != "" {
		c.options.Output = ""
	}
	g.Output = cmp.Or(c.options.Output, output)
	c.group = g
	if g.Output == "" && !g.Managed {
		return pipeline.Fail(pipeline.BadUsage, "", "Set a query result location in it, name another one with --workgroup, or pass --lake s3://BUCKET/PREFIX to keep results there.", "the workgroup %s has no query result location", g.Name)
	}
	return nil
}

//go:embed sql/*.sql
var sqlFolder embed.FS

var sqlFiles = sqlquote.Parse(sqlFolder)
