//! One change of one thing in the shop.

use crate::domain::{
    Details, Group, GroupPrice, Money, NewProduct, OrderId, Sku, StatusId, Variant,
    shown_group_prices,
};

/// What is to be done. For what must not be done twice see [`Function::must_not_repeat`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Category(Box<Group>),
    Add(Box<NewProduct>),
    Details {
        sku: Sku,
        details: Box<Details>,
    },
    Name {
        sku: Sku,
        name: String,
    },
    Price {
        sku: Sku,
        price: Money,
    },
    /// Of customer groups, and specials.
    GroupPrices {
        sku: Sku,
        prices: Vec<GroupPrice>,
    },
    Quantity {
        sku: Sku,
        quantity: i32,
    },
    /// Stock and price of one value of an option.
    Variant {
        sku: Sku,
        variant: Variant,
    },
    Status {
        order: OrderId,
        status: StatusId,
    },
}

/// The function of the shop's module that does it, in the order in which they
/// are called: categories before goods, goods before their prices, statuses before stock, because a
/// change of status moves stock by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Function {
    UpsertCategories,
    AddProducts,
    UpdateProducts,
    UpdateOrder,
    UpdateNames,
    UpdatePrice,
    UpdateGroupPrices,
    UpdateQuantity,
    UpdateVariants,
}

/// What a row speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Category,
    Product,
    Details,
    Name,
    Price,
    GroupPrices,
    Quantity,
    Variant,
    Status,
}

impl Function {
    pub const ALL: [Self; 9] = [
        Self::UpsertCategories,
        Self::AddProducts,
        Self::UpdateProducts,
        Self::UpdateOrder,
        Self::UpdateNames,
        Self::UpdatePrice,
        Self::UpdateGroupPrices,
        Self::UpdateQuantity,
        Self::UpdateVariants,
    ];

    /// The module's own name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::UpsertCategories => "categories_upsert",
            Self::AddProducts => "addproducts",
            Self::UpdateProducts => "products_upsert",
            Self::UpdateOrder => "updateorder",
            Self::UpdateNames => "updatenames",
            Self::UpdatePrice => "updateprice",
            Self::UpdateGroupPrices => "group_prices",
            Self::UpdateQuantity => "updatequantity",
            Self::UpdateVariants => "option_stock",
        }
    }

    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|function| function.name() == name)
    }

    /// What its entries are about.
    pub fn field(self) -> Field {
        match self {
            Self::UpsertCategories => Field::Category,
            Self::AddProducts => Field::Product,
            Self::UpdateProducts => Field::Details,
            Self::UpdateOrder => Field::Status,
            Self::UpdateNames => Field::Name,
            Self::UpdatePrice => Field::Price,
            Self::UpdateGroupPrices => Field::GroupPrices,
            Self::UpdateQuantity => Field::Quantity,
            Self::UpdateVariants => Field::Variant,
        }
    }

    /// Doing it twice would leave a trace: a second product, a second history row.
    pub fn must_not_repeat(self) -> bool {
        match self {
            Self::AddProducts | Self::UpdateOrder => true,
            Self::UpsertCategories
            | Self::UpdateProducts
            | Self::UpdateNames
            | Self::UpdatePrice
            | Self::UpdateGroupPrices
            | Self::UpdateQuantity
            | Self::UpdateVariants => false,
        }
    }
}

impl Field {
    pub fn name(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Product => "product",
            Self::Details => "details",
            Self::Name => "name",
            Self::Price => "price",
            Self::GroupPrices => "group_prices",
            Self::Quantity => "quantity",
            Self::Variant => "variant",
            Self::Status => "status",
        }
    }
}

impl Action {
    pub fn function(&self) -> Function {
        match self {
            Self::Category(_) => Function::UpsertCategories,
            Self::Add(_) => Function::AddProducts,
            Self::Details { .. } => Function::UpdateProducts,
            Self::Name { .. } => Function::UpdateNames,
            Self::Price { .. } => Function::UpdatePrice,
            Self::GroupPrices { .. } => Function::UpdateGroupPrices,
            Self::Quantity { .. } => Function::UpdateQuantity,
            Self::Variant { .. } => Function::UpdateVariants,
            Self::Status { .. } => Function::UpdateOrder,
        }
    }

    pub fn field(&self) -> Field {
        self.function().field()
    }

    /// What it is about, as a person knows it: the article, the order's number, the name of
    /// a group (which two may share), article and value of a variant.
    pub fn key(&self) -> String {
        match self {
            Self::Category(group) => group.name.clone(),
            Self::Add(product) => product.sku.to_string(),
            Self::Details { sku, .. }
            | Self::Name { sku, .. }
            | Self::Price { sku, .. }
            | Self::GroupPrices { sku, .. }
            | Self::Quantity { sku, .. } => sku.to_string(),
            Self::Variant { sku, variant } => variant_key(sku, variant),
            Self::Status { order, .. } => order.to_string(),
        }
    }

    /// The new value, as a person reads it.
    pub fn value(&self) -> String {
        match self {
            Self::Category(group) => group.name.clone(),
            Self::Add(product) => product.name.clone(),
            Self::Details { details, .. } => details.to_string(),
            Self::Name { name, .. } => name.clone(),
            Self::Price { price, .. } => price.to_string(),
            Self::GroupPrices { prices, .. } => shown_group_prices(prices),
            Self::Quantity { quantity, .. } => quantity.to_string(),
            Self::Variant { variant, .. } => variant.to_string(),
            Self::Status { status, .. } => status.to_string(),
        }
    }

    /// The new value of one field: a new product has several.
    pub fn field_value(&self, field: Field) -> String {
        match (self, field) {
            (Self::Add(product), Field::Price) => product.price.to_string(),
            (Self::Add(product), Field::Quantity) => product.quantity.to_string(),
            _ => self.value(),
        }
    }
}

/// How one variant of a product is called in receipts and in the journal.
pub fn variant_key(sku: &Sku, variant: &Variant) -> String {
    format!("{sku} / {}: {}", variant.option, variant.value)
}
