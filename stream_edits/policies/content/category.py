"""The categories of the content table: what a procedure code bills."""

from enum import StrEnum


class Category(StrEnum):
    """What a procedure code bills. Each code has at most one category.

    ``is_drug`` tells the categories of parenteral drugs from all others.
    """

    PARENTERAL_DRUG = "parenteral drug"
    """A drug or biological given by a needle or a line, and none of the more special ones."""
    ANTINEOPLASTIC = "antineoplastic"
    """A drug against cancer that is given into a vein, slowly or as a push. One given otherwise
    (into the bladder, under the skin, into a muscle, as a hormone) is a parenteral drug."""
    LOCAL_ANAESTHETIC = "local anaesthetic"
    """A drug that numbs one place; some are also given into a vein as a drug of their own."""
    STRESS_AGENT = "stress agent"
    """A drug that takes the place of exercise in a stress test, or that goes with one."""
    SEDATIVE = "sedative"
    """A drug of moderate sedation."""

    ORAL_DRUG = "oral drug"
    """A drug that is swallowed."""
    INHALED_DRUG = "inhaled drug"
    """A drug that is inhaled, or given into the nose."""
    TOPICAL_DRUG = "topical drug"
    """A drug put on the skin, or into an eye, ear or another cavity, where it acts."""
    IMPLANT_OR_DEVICE = "implant or device"
    """An implanted drug, tissue or device, and what is injected to fill or to lubricate."""
    NOT_A_DRUG = "not a drug"
    """Another item or service that must not be taken for a drug."""

    BLOOD_PRODUCT = "blood product"
    """Blood or a component that is transfused. Albumin and plasma protein fraction are drugs."""
    TRANSFUSION = "transfusion"
    """A procedure that transfuses blood."""
    VACCINE = "vaccine"
    """A vaccine product."""
    VACCINE_ADMINISTRATION = "vaccine administration"
    """A procedure that gives a vaccine."""

    CONTRAST_AGENT = "contrast agent"
    """Contrast material, or a dye that shows tissue."""
    RADIOPHARMACEUTICAL = "radiopharmaceutical"
    """A radioactive drug, for a study or for treatment."""
    CONTRAST_IMAGING = "contrast imaging"
    """An imaging procedure with contrast."""
    OPTIONAL_CONTRAST = "imaging with or without contrast"
    """An imaging procedure whose code does not say whether contrast was given."""
    NUCLEAR_STUDY = "nuclear study"
    """A study with a radiopharmaceutical given into a vein."""
    STRESS_TEST = "stress test"
    """A cardiac stress test, also with nuclear imaging."""
    SEDATION = "moderate sedation"
    """A procedure of moderate sedation."""

    FLUID = "plain fluid"
    """A solution of salt, sugar or lactate."""
    FLUSH = "flush or diluent"
    """What flushes a line or dilutes a drug."""
    IV_START = "IV start"
    """A procedure that places an intravenous line."""
    CATHETER_ACCESS = "access to a catheter or port"
    """A procedure that draws from a catheter or port."""
    CATHETER_FLUSH = "catheter flush"
    """A procedure that flushes a catheter or port."""
    TUBING = "tubing, needles and syringes"
    """What leads a drug from its container to the patient."""
    SUPPLY = "bandages, swabs and gloves"
    """Other supplies of giving a drug."""

    UNCLASSIFIED = "unclassified"
    """Listed, and nobody has said yet what it is."""

    @property
    def is_drug(self) -> bool:
        """Whether a code of this category bills a parenteral drug."""
        return self in _DRUGS


_DRUGS = frozenset(
    {
        Category.PARENTERAL_DRUG,
        Category.ANTINEOPLASTIC,
        Category.LOCAL_ANAESTHETIC,
        Category.STRESS_AGENT,
        Category.SEDATIVE,
    }
)
