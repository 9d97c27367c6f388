"""The error of a policy that cannot be used."""

from stream_edits.strict_yaml import YamlError

# Nearly every policy error is an error in a YAML file: one of the policy's, or the overlay.
PolicyError = YamlError
