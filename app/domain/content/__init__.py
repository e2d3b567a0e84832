"""What a text may say: `words` finds listed words whatever their disguise, `checks` judge, `checking` gathers."""
