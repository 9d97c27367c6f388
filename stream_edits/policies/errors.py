"""The error of a policy that cannot be used."""

from stream_edits.strict_yaml import YamlError

# Everything that can be wrong with a policy is in one of its YAML files, or in the overlay.
PolicyError = YamlError
