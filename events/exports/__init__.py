"""Exports: lists as XLSX and CSV, streamed, safe to open in a spreadsheet."""
