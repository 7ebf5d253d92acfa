"""The first install of a real small project, for each package tool in each network."""
