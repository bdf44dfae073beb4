"""Design system, shells of the faces, cross-sector pages."""
