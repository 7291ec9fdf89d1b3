//! One change of one thing in the shop.

use crate::domain::{Details, Group, Money, NewProduct, OrderId, Sku, StatusId};

/// What is to be done. Except for `Add` and `Status`, doing it twice does no harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Category(Box<Group>),
    Add(Box<NewProduct>),
    Details { sku: Sku, details: Box<Details> },
    Name { sku: Sku, name: String },
    Price { sku: Sku, price: Money },
    Quantity { sku: Sku, quantity: i32 },
    Status { order: OrderId, status: StatusId },
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
    UpdateQuantity,
}

/// What a row speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Category,
    Product,
    Details,
    Name,
    Price,
    Quantity,
    Status,
}

impl Function {
    pub const ALL: [Self; 7] = [
        Self::UpsertCategories,
        Self::AddProducts,
        Self::UpdateProducts,
        Self::UpdateOrder,
        Self::UpdateNames,
        Self::UpdatePrice,
        Self::UpdateQuantity,
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
            Self::UpdateQuantity => "updatequantity",
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
            Self::UpdateQuantity => Field::Quantity,
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
            | Self::UpdateQuantity => false,
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
            Self::Quantity => "quantity",
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
            Self::Quantity { .. } => Function::UpdateQuantity,
            Self::Status { .. } => Function::UpdateOrder,
        }
    }

    pub fn field(&self) -> Field {
        self.function().field()
    }

    /// The article or the order number.
    pub fn key(&self) -> String {
        match self {
            Self::Category(group) => group.name.clone(),
            Self::Add(product) => product.sku.to_string(),
            Self::Details { sku, .. }
            | Self::Name { sku, .. }
            | Self::Price { sku, .. }
            | Self::Quantity { sku, .. } => sku.to_string(),
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
            Self::Quantity { quantity, .. } => quantity.to_string(),
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
