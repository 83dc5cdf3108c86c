"""The catalogue: contributed records with their people, licences, lineage and bytes."""

from reelwork.catalogue.model import Contribution, Derivation, Person, Record, Version
from reelwork.catalogue.open import Catalogue, open_catalogue

__all__ = ["Catalogue", "Contribution", "Derivation", "Person", "Record", "Version", "open_catalogue"]
