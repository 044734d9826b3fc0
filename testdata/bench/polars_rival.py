"""The five tables with Polars: python polars_rival.py LAKE OUT."""

import sys

import polars as pl

CUSTOMER = {
    "customerName": pl.String,
    "email": pl.String,
    "phone": pl.String,
    "birthDay": pl.String,
    "serialNumber": pl.String,
    "registrationDate": pl.Int64,
    "lastUpdateDate": pl.Int64,
    "shareWithResearchAsOfDate": pl.Int64,
    "shareWithPublicAsOfDate": pl.Int64,
    "shareWithFriendsAsOfDate": pl.Int64,
}
ACCELEROMETER = {
    "user": pl.String,
    "timestamp": pl.Int64,
    "x": pl.Float64,
    "y": pl.Float64,
    "z": pl.Float64,
}
STEP_TRAINER = {
    "sensorReadingTime": pl.Int64,
    "serialNumber": pl.String,
    "distanceFromObject": pl.Int32,
}


def main(lake: str, out: str) -> None:
    def landing(table: str, schema: dict) -> pl.LazyFrame:
        return pl.scan_ndjson(f"{lake}/{table}/landing/*.json", schema=schema)

    def write(table: str, rows: pl.LazyFrame) -> None:
        rows.sink_ndjson(f"{out}/{table}.json", maintain_order=False)

    customers = (
        landing("customer", CUSTOMER)
        .filter(
            pl.col("email") != "",
            pl.col("serialNumber") != "",
            pl.col("shareWithResearchAsOfDate") > 0,
        )
        .unique()
        .collect(engine="streaming")
        .lazy()
    )
    write("customer_trusted", customers)

    readings = (
        landing("accelerometer", ACCELEROMETER)
        .filter(pl.col("timestamp").is_not_null())
        .join(customers, left_on="user", right_on="email", how="semi")
        .unique()
        .collect(engine="streaming")
        .lazy()
    )
    write("accelerometer_trusted", readings)

    curated = (
        customers.join(readings, left_on="email", right_on="user", how="semi")
        .collect(engine="streaming")
        .lazy()
    )
    write("customer_curated", curated)

    steps = (
        landing("step_trainer", STEP_TRAINER)
        .filter(pl.col("sensorReadingTime").is_not_null())
        .join(curated, on="serialNumber", how="semi")
        .unique()
        .collect(engine="streaming")
        .lazy()
    )
    write("step_trainer_trusted", steps)

    training = steps.join(
        readings.select("timestamp", "x", "y", "z"),
        left_on="sensorReadingTime",
        right_on="timestamp",
    )
    write("machine_learning_curated", training)


main(*sys.argv[1:])
