"""The error of a policy that cannot be used."""

from stream_edits.strict_yaml import YamlError

# Every policy error is an error in one of its YAML files or in the overlay.
PolicyError = YamlError
