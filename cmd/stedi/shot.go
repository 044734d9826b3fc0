package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/tui"
	"stedi/tui/picture"
)

// shotFlags are the flags of shot.
type shotFlags struct {
	tui.Shot
	size  string
	out   string
	frame bool
}

func (p *program) shotCommand() *cobra.Command {
	var f shotFlags
	cmd := &cobra.Command{
		Use:   "shot SCREEN",
		Short: "Save a picture of a screen as SVG, PNG or coloured text",
		Long: "Draw a screen without a terminal and save it: " + strings.Join(tui.ShotScreens, ", ") + ". The name's ending\n" +
			"selects the format: .svg, .png, or .ans for coloured text. A demo lake is run first.",
		Example:     "stedi shot lake --demo -o lake.png\nstedi shot query --demo --query \"select * from customer_curated limit 20\" -o customers.svg",
		Args:        usageArgs(cobra.ExactArgs(1)),
		ValidArgs:   tui.ShotScreens,
		RunE:        func(cmd *cobra.Command, args []string) error { return p.shoot(cmd.Context(), args[0], f) },
		Annotations: map[string]string{},
	}
	cmd.Flags().StringVar(&f.Table, "table", "", "the table that the screen shows")
	cmd.Flags().StringVar(&f.Query, "query", "", "the SQL, for the screen query")
	cmd.Flags().StringVarP(&f.out, "out", "o", "", "the file, ending in .svg, .png or .ans")
	cmd.Flags().StringVar(&f.size, "size", "120x36", "columns and lines")
	cmd.Flags().BoolVar(&f.frame, "frame", false, "draw a window around it")
	return cmd
}

// writers are the picture formats by file extension.
var writers = map[string]func(picture.Screen, io.Writer, picture.Options) error{
	".svg": picture.Screen.SVG,
	".png": picture.Screen.PNG,
	".ans": func(s picture.Screen, w io.Writer, _ picture.Options) error { return s.ANSI(w) },
}

func (f *shotFlags) check(screen string) error {
	f.Screen = strings.ToLower(screen)
	if !slices.Contains(tui.ShotScreens, f.Screen) {
		return pipeline.Fail(pipeline.BadUsage, "", "Screens: "+strings.Join(tui.ShotScreens, ", ")+".", "unknown screen %q", screen)
	}
	if f.Screen == "table" && f.Table == "" {
		return pipeline.Fail(pipeline.BadUsage, "", "Pass --table NAME.", "--table is required")
	}
	if f.out == "" {
		return pipeline.Fail(pipeline.BadUsage, "", "Pass -o "+f.Screen+".png.", "-o is required")
	}
	if writers[filepath.Ext(f.out)] == nil {
		return pipeline.Fail(pipeline.BadUsage, "", "Use a name that ends in .svg, .png or .ans.", "-o %q: unknown picture format", f.out)
	}
	if _, err := fmt.Sscanf(f.size, "%dx%d", &f.Width, &f.Height); err != nil || f.Width < 20 || f.Height < 6 || f.Width > 400 || f.Height > 200 {
		return pipeline.Fail(pipeline.BadUsage, "", "", "--size %q: must be columns and lines, such as 120x36, from 20x6 to 400x200", f.size)
	}
	return nil
}

func (p *program) shoot(ctx context.Context, screen string, f shotFlags) (err error) {
	if err := f.check(screen); err != nil {
		return err
	}
	f.Light = p.config.onLight()
	options := p.screenOptions(runFlags{})
	options.Recall, options.Remember = nil, nil
	options.Profiled = colorprofile.TrueColor
	model, err := tui.New(ctx, options)
	if err != nil {
		return p.wrongSetting(err)
	}
	f.Run = p.config.demo
	view, err := model.Shoot(ctx, f.Shot)
	if err = errors.Join(err, model.Close()); err != nil {
		return err
	}
	look := picture.Options{Theme: picture.Dark, Frame: f.frame, Title: "stedi " + f.Screen}
	if f.Light {
		look.Theme = picture.Light
	}
	file, err := os.Create(f.out)
	if err != nil {
		return pipeline.Fail(pipeline.BadUsage, "", "Name a file in a folder that exists and can be written.", "-o: %w", err)
	}
	err = writers[filepath.Ext(f.out)](picture.Parse(view, f.Width, f.Height), file, look)
	return errors.Join(err, file.Close())
}
