"""Pure: Evidence -> Findings -> Verdict, from rules, causes and thresholds that are data."""
