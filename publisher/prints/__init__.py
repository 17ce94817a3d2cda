"""Print orders: which approved sheets are printed, where they hang, who confirmed it, when they come down."""
