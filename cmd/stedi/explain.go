package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"stedi/pipeline/diagnose"
	"stedi/pipeline/printable"
)

func (p *program) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [TOPIC]",
		Short: "Explain a table, a stage, a check or a cause",
		Long: "Explain in a paragraph what a table, a stage of its transform, a check, a cause that `stedi why`\n" +
			"names, or a concept such as distinct is, with its SQL. Without a topic, list the topics.",
		Example: "stedi explain\nstedi explain customer_trusted.consented\nstedi explain joined_not_deduplicated",
		Args:    usageArgs(cobra.MaximumNArgs(1)),
		RunE:    func(cmd *cobra.Command, args []string) error { return p.explain(cmd, args) },
	}
}

func (p *program) explain(cmd *cobra.Command, args []string) (err error) {
	ctx := cmd.Context()
	engine, _, closeEngine, err := p.openEngine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeEngine()) }()
	lake, err := p.load(ctx, p.config.lake, engine)
	if err != nil {
		return err
	}
	topics, err := diagnose.Topics(ctx, lake, p.definition(), engine)
	if err != nil {
		return err
	}
	if len(args) > 0 {
		if topics, err = diagnose.Find(topics, args[0]); err != nil {
			return err
		}
	}
	if p.config.output == "json" || p.config.output == "ndjson" {
		return p.topicsJSON(topics)
	}
	var b strings.Builder
	if len(args) == 0 {
		listTopics(&b, topics)
	} else {
		for i, t := range topics {
			if i > 0 {
				b.WriteString("\n")
			}
			explainTopic(&b, t)
		}
	}
	_, err = p.out.Write([]byte(b.String()))
	return err
}

func (p *program) topicsJSON(topics []diagnose.Topic) error {
	encoder := json.NewEncoder(p.stdout)
	encoder.SetEscapeHTML(false)
	if p.config.output == "json" {
		encoder.SetIndent("", "  ")
		return encoder.Encode(topics)
	}
	for _, t := range topics {
		if err := encoder.Encode(t); err != nil {
			return err
		}
	}
	return nil
}

func listTopics(b *strings.Builder, topics []diagnose.Topic) {
	kind := ""
	for _, t := range topics {
		if t.Kind != kind {
			if kind != "" {
				b.WriteString("\n")
			}
			kind = t.Kind
			fmt.Fprintf(b, "%ss\n", kind)
		}
		fmt.Fprintf(b, "  %s\n", printable.Text(t.Name))
	}
}

func explainTopic(b *strings.Builder, t diagnose.Topic) {
	fmt.Fprintf(b, "%s (%s)\n\n", printable.Text(t.Name), t.Kind)
	for line := range strings.Lines(t.Text) {
		fmt.Fprintf(b, "%s\n", printable.Text(strings.TrimRight(line, "\n")))
	}
	if t.Fix != "" {
		fmt.Fprintf(b, "\nFix: %s\n", printable.Text(t.Fix))
	}
	if t.SQL == "" {
		return
	}
	b.WriteString("\n")
	for line := range strings.Lines(t.SQL) {
		fmt.Fprintf(b, "  %s\n", printable.Text(strings.TrimRight(line, "\n")))
	}
}
