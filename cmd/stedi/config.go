package main

import (
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stedi/athena/cloud"
	"stedi/pipeline"
	"stedi/pipeline/engines/registry"
	"stedi/tui/ui"
)

// config holds the flags that all commands share. Each flag can also be set by
// the environment variable STEDI_NAME, and by files (see settings.go); the flag
// wins.
type config struct {
	lake       string
	demo       bool
	engine     string
	profile    []string
	definition string
	output     string
	memory     string
	threads    int
	color      string
	theme      string
	themes     map[string]ui.CustomTheme // custom themes of the screens
	logLevel   string
	logFile    string
	cache      string         // folder for cached files of lakes in S3
	account    cloud.Settings // AWS account
	engines    registry.List
	maps       []string            // of --map: table=folder
	places     map[string]string   // by table: its folder, from --map and [tables]
	origins    map[string]string   // source of each flag's value
	entries    map[string]string   // place of each entry of a [table] of a settings file, by its path
	keys       map[string][]string // custom keys by action
}

var outputs = []string{"text", "json", "ndjson"}

func (c *config) add(flags *pflag.FlagSet) {
	flags.StringVar(&c.lake, "lake", ".", "the lake's folder, or its S3 location, such as s3://bucket/prefix")
	flags.BoolVar(&c.demo, "demo", false, "work on a sample lake that is removed at the end")
	flags.StringVar(&c.engine, "engine", c.engines[0].Name, helpOf(c.engines))
	flags.StringSliceVar(&c.profile, "profile", nil, "overlays of the definition, such as strict,per_customer")
	flags.StringVar(&c.definition, "definition", "", "folder of the lake's definition (default: STEDI's, built in)")
	flags.StringArrayVar(&c.maps, "map", nil, "read a table from another folder or file of the lake, as TABLE=FOLDER; repeatable, also [tables] in stedi.toml")
	flags.StringVar(&c.output, "output", "text", alternatives(outputs))
	flags.StringVar(&c.memory, "memory", "", "memory for the engine, such as 512MB (default: 80% of the machine's)")
	flags.IntVar(&c.threads, "threads", 0, "threads for the engine (default: one for small tables and one per core for large ones; fewer if --memory is below 125MB for each)")
	flags.StringVar(&c.color, "color", "auto", "auto, always or never")
	flags.StringVar(&c.theme, "theme", "auto", "theme of the screens: "+strings.Join(ui.ThemeNames, ", ")+", or one of [themes] in stedi.toml")
	flags.StringVar(&c.logFile, "log-file", "", "also write a log to this file, as JSON lines (default: none)")
	flags.StringVar(&c.logLevel, "log-level", "info", "level of --log-file: debug, info, warn or error")
	c.account.AccountFlags(flags)
	flags.StringVar(&c.cache, "cache", "", "folder for copies of files in S3 (default: stedi in the user's cache folder)")
	markPath(flags, "lake", "definition", "log-file", "cache")
	for _, e := range c.engines {
		if e.Flags != nil {
			flags.AddFlagSet(e.Flags)
		}
	}
}

// fromEnvironment sets the flags that the command line does not set.
func (c *config) fromEnvironment(flags *pflag.FlagSet, env func(string) (string, bool)) error {
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "STEDI_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := env(name)
		if !ok || value == "" || f.Changed || err != nil || f.Name == "help" || f.Name == "version" {
			return // STEDI_VERSION may have another purpose
		}
		c.origins[f.Name] = "env " + name
		if e := flags.Set(f.Name, value); e != nil {
			err = pipeline.Fail(pipeline.BadUsage, "", "Correct or unset "+name+".", "%s: %w", name, plainValue(e))
		}
	})
	return err
}

// outputsAnnotation lists the values of --output for a command that has its
// own.
const outputsAnnotation = "outputs"

// helpOutputs makes the help of a command with outputs of its own list those.
func helpOutputs(root, cmd *cobra.Command) {
	own, ok := cmd.Annotations[outputsAnnotation]
	if !ok {
		return
	}
	cmd.SetHelpFunc(func(c *cobra.Command, args []string) {
		flag := root.PersistentFlags().Lookup("output")
		shared := flag.Usage
		flag.Usage = alternatives(strings.Fields(own))
		root.HelpFunc()(c, args)
		flag.Usage = shared
	})
}

// alternatives lists words, the last after "or".
func alternatives(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func (c *config) check(cmd *cobra.Command) error {
	outputs := outputs
	if own, ok := cmd.Annotations[outputsAnnotation]; ok {
		outputs = strings.Fields(own)
	}
	if c.engines.Find(c.engine) == nil {
		return pipeline.Fail(pipeline.BadUsage, "", "Engines: "+strings.Join(c.engines.Names(), ", ")+".", "unknown engine %q%s", c.engine, c.where("engine"))
	}
	if !slices.Contains(outputs, c.output) {
		return pipeline.Fail(pipeline.BadUsage, "", "Outputs: "+strings.Join(outputs, ", ")+".", "unknown output %q%s", c.output, c.where("output"))
	}
	if err := c.checkLake(); err != nil {
		return err
	}
	if err := c.takeMaps(); err != nil {
		return err
	}
	if c.threads < 0 {
		return pipeline.Fail(pipeline.BadUsage, "", "", "--threads %d%s: must be 0 or more", c.threads, c.where("threads"))
	}
	if !slices.Contains(colorModes, c.color) {
		return pipeline.Fail(pipeline.BadUsage, "", "--color takes "+strings.Join(colorModes, ", ")+".", "unknown colour mode %q%s", c.color, c.where("color"))
	}
	if err := c.look().Check(); err != nil {
		return pipeline.Fail(pipeline.BadUsage, "", "Pass --theme auto, or correct stedi.toml.", "%w", c.placed(err, "theme"))
	}
	return nil
}

// otherS3 matches Hadoop's variants of s3://.
var otherS3 = regexp.MustCompile(`(?i)^s3[an]?://`)

// checkLake rejects an empty --lake.
func (c *config) checkLake() error {
	if strings.TrimSpace(c.lake) == "" {
		return pipeline.Fail(pipeline.BadUsage, "", "Name the lake's folder, or leave --lake out for the current one. In a script, check that the variable is set.",
			"--lake is empty%s", c.where("lake"))
	}
	return nil
}

// goHome works on the catalog that the engine's flags name, where no lake is
// named.
func (c *config) goHome() {
	entry := c.engines.Find(c.engine)
	if c.origins["lake"] != "" || c.demo || entry.Home == nil {
		return
	}
	if home := entry.Home(); home != "" {
		c.lake = home
	}
}

// plainS3 returns a location as s3://, also if it is written s3a:// or s3n://.
func plainS3(location string) string { return otherS3.ReplaceAllString(location, "s3://") }

// runFlags are the flags of commands that build tables.
type runFlags struct {
	force      bool
	replace    bool
	allowEmpty bool
	allow      allowFlags
	ci         ciFlags
	check      bool // evaluate the checks after the run; set by --batch, not by a flag
	retry      bool // a flag of run and plan
}

func (o *runFlags) add(flags *pflag.FlagSet) {
	flags.BoolVar(&o.force, "force", false, "full refresh: also rebuild tables that are up to date")
	flags.BoolVar(&o.replace, "replace", false, "move unmanaged and modified files in the zones aside")
	flags.BoolVar(&o.allowEmpty, "allow-empty", false, "accept a landing table without rows")
	o.allow.add(flags)
}

// allowFlags are the flags that allow rejects and skipped files of landing
// tables.
type allowFlags struct {
	maxRejects limitFlag
	skipFiles  []string
}

func (a *allowFlags) add(flags *pflag.FlagSet) {
	flags.Var(&a.maxRejects, "max-rejects", "lines of a landing table that may be rejected: a number, or a share such as 0.1%")
	flags.StringArrayVar(&a.skipFiles, "skip-file", nil, "skip this file of a landing table, given by its path in the lake; repeatable")
}

// allowance returns the values of the flags. A variable of the environment
// holds one file name per line.
func (a allowFlags) allowance() pipeline.Allowance {
	allow := pipeline.Allowance{Limit: a.maxRejects.Limit}
	for _, names := range a.skipFiles {
		for name := range strings.Lines(names) {
			if name = strings.TrimRight(name, "\r\n"); name != "" {
				allow.SkipFiles = append(allow.SkipFiles, name)
			}
		}
	}
	return allow
}

// allowArguments returns the flags for a child process.
func allowArguments(allow pipeline.Allowance) []string {
	args := []string{"--max-rejects=" + allow.String()}
	for _, name := range allow.SkipFiles {
		args = append(args, "--skip-file="+name)
	}
	return args
}

// options returns the options for a run of the named tables. A plan uses the
// same options, so that it predicts the run.
func (o runFlags) options(names []string) pipeline.RunOptions {
	return pipeline.RunOptions{
		Select: names, Force: o.force, Replace: o.replace, AllowEmpty: o.allowEmpty, Allow: o.allow.allowance(),
		Check: o.check, FailFast: o.ci.failFast,
	}
}

// limitFlag is a flag of the form N or N%.
type limitFlag struct{ pipeline.Limit }

func (l *limitFlag) Type() string { return "N|N%" }

func (l *limitFlag) Set(text string) error {
	if share, ok := strings.CutSuffix(text, "%"); ok {
		percent, err := strconv.ParseFloat(share, 64)
		if err != nil || !(percent >= 0 && percent <= 100) {
			return fmt.Errorf("%q: must be from 0%% to 100%%", text)
		}
		l.Limit = pipeline.Limit{Percent: percent}
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("%q: must be 0 or more, or a share such as 0.1%%", text)
	}
	l.Limit = pipeline.Limit{Count: n}
	return nil
}

// memoryPerThread is the least memory for each thread, from DuckDB's guide
// "Tuning Workloads". With less, a join of several tables may find no block
// that it can spill.
const memoryPerThread = 125 << 20

// engineThreads returns the engine's threads; 0: as many as the tables need.
func (c *config) engineThreads() int {
	memory, err := bytesOf(c.memory)
	if err != nil || memory == 0 || c.threads > 0 {
		return c.threads // the engine reports a size that it cannot read
	}
	return max(1, min(runtime.NumCPU(), int(memory/memoryPerThread)))
}
