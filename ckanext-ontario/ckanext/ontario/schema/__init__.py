"""The directive’s metadata: fields, rules, bilingual values, licences, topics and search."""
