package sample_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"stedi/pipeline/sample"
)

func ExampleWrite() {
	dir, err := os.MkdirTemp("", "sample")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	manifest, err := sample.Write(context.Background(), dir, sample.Options{Scale: 1, Seed: 42})
	if err != nil {
		log.Print(err)
		return
	}
	for _, table := range manifest.Tables {
		fmt.Println(table.Path, table.Rows)
	}
	fmt.Println(manifest.Expected[sample.Base]["customer_trusted"], "trusted customers")
	// Output:
	// customer/landing 956
	// accelerometer/landing 81273
	// step_trainer/landing 28680
	// 482 trusted customers
}
